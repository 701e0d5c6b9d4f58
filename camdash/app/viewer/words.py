"""What the browser says by itself, for `js/words`; what it says of looks, kinds of maps and maps comes with those."""

from camdash.app.viewer.header import WordsHeader
from camdash.words.sentence import say, unfilled

WORDS: WordsHeader = {
    "radiograph": say("Radiograph"),
    "theRadiograph": unfilled("The radiograph {name}"),
    "pixels": unfilled("{columns} × {rows} pixels"),
    "lossless": say("shown lossless"),
    "compressed": say("shown as a JPEG"),
    "copy": say(
        "The page shows a slightly compressed copy. The network reads the file itself. "
        "Window offers a lossless picture."
    ),
    "inverted": say("inverted"),
    "windowed": unfilled("centre {centre}, width {width}"),
    "loading": say("loading full depth …"),
    "nowLoading": say("Loading full depth …"),
    "custom": say("Custom"),
    "default": say("Default"),
    "defaultOf": unfilled("Default: {name}"),
    "overlayOf": unfilled("Overlay: {name}"),
    "heatMapOf": unfilled("Heat map: {name}"),
    "predicted": say("predicted"),
    "predictedClass": say("predicted class"),
    "probability": unfilled("probability {share}"),
    "mapOf": unfilled("{mode} map: {name}"),
    "unknownClass": unfilled("{letter} has no map of this class."),
    "pixelAt": unfilled("row {row}, column {column}"),
    "here": unfilled("here: {value}"),
    "partOf": unfilled("{part} of {whole}"),
    "partOfTerm": unfilled("{part} of {whole} {term}"),
    "unseen": say("not seen by the model"),
    "seenByOne": say("seen by only one checkpoint"),
    "strength": say("Strength at one spot, scale of this image"),
    "strengths": unfilled("Strength at one spot: {peaks}"),
    "ownScales": say("Each panel's own scale"),
    "oneScale": say("One scale for all panels."),
    "largerScale": unfilled("{strong}'s scale is {times} times {weak}'s."),
    "higherPeak": unfilled("{strong}'s peak is {times} times {weak}'s."),
    "useOneScale": say("Use one scale"),
    "giveOwnScales": say("Give each its own scale"),
    "colorBar": unfilled("Color bar. {whose}: {ends}"),
    "findInList": say("Find in this list"),
    "partOfClasses": unfilled("{first}–{last} of {count}"),
    "noSuchClass": say("No class has this in its name."),
    "loadingMap": say("loading the map …"),
    "allClasses": say("All classes"),
    "topClasses": unfilled("Top {count}"),
    "mostProbable": unfilled("The {count} most probable classes"),
    "everyClass": unfilled("All {count} classes"),
    "threeOfClass": say("Overlay of the predicted class, its heat map alone, and the radiograph"),
    "percent": unfilled("{number} percent"),
    "copyLink": say("Copy link"),
    "linkCopied": say("Link copied"),
    "linkWithoutUpload": say(
        "Link copied. The radiograph is not in it: whoever opens the link must open the same file there."
    ),
}
