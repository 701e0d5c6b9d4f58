"""What stands around every page: the disclaimer, and less empty space than Streamlit leaves."""

import json
from html import escape
from pathlib import Path

import streamlit as st

from camdash.app.frame.theme import theme_switch
from camdash.app.language import localized, tr
from camdash.words.sentence import say

ICON = str(Path(__file__).with_name("icon.png"))
DISCLAIMER = say("Research and demonstration only, not for diagnosis")


def about() -> str:
    """Return what the menu says of camdash."""
    return tr("camdash shows what an X-ray classifier looks at. {disclaimer}", disclaimer=DISCLAIMER)


def frame() -> None:
    """Draw the frame."""
    st.html(_style(json.dumps(tr("Add files"), ensure_ascii=False), escape(localized(DISCLAIMER))))
    theme_switch()


def _style(add_files: str, disclaimer: str) -> str:
    """Return style and disclaimer; `add_files` is the CSS string on a button that Streamlit leaves without words."""
    return f"""
<style>
  .stMainBlockContainer {{ padding: 2.7rem 1.25rem 1rem; }}
  .stAppHeader {{ height: 2.5rem; min-height: 2.5rem; }}
  [data-testid="stHeaderActionElements"] {{ display: none; }}
  .stMainBlockContainer h3 {{ padding: 0 0 0.2rem; }}
  .stMain .stVerticalBlock {{ gap: 0.5rem; }}
  .stMain [data-testid="stAlertContainer"] {{ padding: 0.3rem 0.9rem; }}
  .st-key-softmax {{ max-height: 33vh; overflow-y: auto; }}
  .st-key-all-probabilities button {{ min-height: 1.3rem; padding: 0; }}
  .stMain .st-key-answers {{ gap: 0.1rem; min-height: 11rem; }}
  .stMain .st-key-answers [data-testid="stCaptionContainer"] {{ margin: 0; }}
  .stMain .st-key-answers [data-testid="stCaptionContainer"] p {{ margin: 0; line-height: 1.35; }}
  .stMain .st-key-answers h5 {{ padding: 0; margin-bottom: 1rem; }}
  .stSidebar .stVerticalBlock {{ gap: 0.55rem; }}
  .stSidebar [data-testid="stSidebarHeader"] {{ height: 2.2rem; margin: 0; padding-bottom: 0; }}
  .stSidebar [data-testid="stSidebarContent"] {{ padding: 0 0.2rem; }}
  .stSidebar [data-testid="stSidebarUserContent"] {{ padding: 0 0.6rem 1rem; }}
  .stSidebar [data-testid="stElementToolbar"] {{ display: none; }}
  .stSidebar [data-testid="stPopover"] button {{ min-height: 1.4rem; padding: 0; }}
  .stSidebar [data-testid="stFileUploaderDropzone"] {{ padding: 0.5rem 0.75rem; max-height: 9.5rem; overflow-y: auto; }}
  .stSidebar [class*="st-key-sample-"] button {{ padding: 0 0.1rem; min-height: 1.5rem; font-size: 0.75rem; }}
  .stSidebar [class*="st-key-sample-"] button p {{ font-size: 0.75rem; overflow: visible; }}
  .stSidebar [class*="st-key-sample-"] button {{ position: relative; }}
  .stSidebar [class*="st-key-sample-"] button::after {{ content: ""; position: absolute; inset: -2.6rem 0 0; }}
  .st-key-arrows {{ position: fixed; top: 0.45rem; right: 29rem; z-index: 999991; width: auto; }}
  .st-key-arrows button {{ min-height: 1.6rem; padding: 0 0.2rem; }}
  .camdash-disclaimer {{
    position: fixed; top: 0.6rem; right: 9rem; z-index: 999991; pointer-events: none;
    padding: 0.1rem 0.8rem; border-radius: 1rem; font-size: 0.8rem; white-space: nowrap;
    color: light-dark(#6b4200, #f0b45c); background: light-dark(#fdf0d9, #2a2312);
  }}
  .stApp button[kind="primary"], .stApp button[kind="primary"] p {{ color: light-dark(#ffffff, #14100c); }}
  .stApp [data-testid="stCaptionContainer"] {{ opacity: 1; }}
  .stApp [data-testid="stCaptionContainer"] p {{ color: light-dark(#555c68, #a3a9b3); }}
  .stPlotlyChart :is(.xtick, .ytick, .bars, .legend) text {{ fill: light-dark(#333b48, #e6e9ee) !important; }}
  .st-key-theme {{ position: fixed; top: 0.4rem; right: 3.4rem; z-index: 999991; width: auto; }}
  .camdash-switching [data-testid="stMainMenuPopover"] {{ visibility: hidden; }}
  @media (max-height: 620px) {{
    .camdash-disclaimer {{ font-size: 0.7rem; }}
    .stMain .stVerticalBlock {{ gap: 0.15rem; }}
    .stMain .st-key-softmax {{ margin-top: -1rem; max-height: calc(33vh + 1rem); }}
    .stMain .st-key-answers {{ min-height: 0; }}
    .stMain .st-key-words h3 {{ font-size: 1.25rem; margin-bottom: 1rem; }}
    .stMain .st-key-words p, .stMain .st-key-answers p {{ font-size: 0.75rem; line-height: 1.25; }}
    .stMain .st-key-answers h5 {{ font-size: 1rem; }}
    .stMain .st-key-answers [data-testid="stCaptionContainer"] {{ display: none; }}
    .stMain [data-testid="stAlertContainer"] {{ padding: 0.25rem 0.75rem; }}
    .stMain [data-testid="stAlertContainer"] p {{ font-size: 0.8rem; line-height: 1.25; }}
  }}
  @media (max-width: 1200px) {{ .st-key-arrows {{ position: static; }} }}
  .stElementContainer:has(.camdash-disclaimer) {{ position: absolute; }}
  @media (max-width: 1000px) {{
    .camdash-disclaimer {{ position: static; display: inline-block; white-space: normal; }}
    .stElementContainer:has(.camdash-disclaimer) {{ position: static; }}
  }}
  .stApp [data-stale] {{ opacity: 1 !important; transition: none !important; }}
  [data-testid="stStatusWidget"]:has([data-testid^="stStatusWidgetRunning"]) {{ display: none; }}
  [data-testid="stLayoutWrapper"]:has(> .st-key-busy) {{
    position: fixed; bottom: 1rem; left: 50%; z-index: 999991; width: auto; pointer-events: none;
  }}
  .st-key-busy:has(.stSpinner, [data-testid="stCaptionContainer"]) {{
    padding: 0.25rem 1rem; border-radius: 1rem; background: rgb(0 0 0 / 80%);
  }}
  .st-key-busy * {{ color: #fff; white-space: nowrap; }}
  .st-key-answer {{ position: relative; }}
  .st-key-answer[data-held] > :not([data-copy]) {{ position: absolute; width: 100%; }}
  .st-key-answer[data-held] > :not([data-copy]) * {{ visibility: hidden !important; }}
  /* The sidebar, short enough that uploader, samples and demonstration are seen together at 720 pixels. */
  .stSidebar h4 {{ margin-top: -2.15rem; padding: 0; font-size: 1.1rem; width: fit-content; }}
  .stSidebar [data-testid="stSidebarUserContent"] > div > .stVerticalBlock {{ gap: 0.3rem; }}
  .stSidebar [data-testid="stWidgetLabel"] {{ min-height: 1.2rem; margin-bottom: 0; font-size: 0.8rem; }}
  .stSidebar [data-testid="stWidgetLabel"] p, .stSidebar [data-testid="stCaptionContainer"] p {{ font-size: 0.8rem; }}
  .stSidebar [data-testid="stCaptionContainer"] {{ margin: 0; }}
  .stSidebar [data-testid="stCaptionContainer"] p {{ line-height: 1.3; margin: 0; }}
  .stSidebar [data-testid="stSelectbox"] [data-baseweb="select"] > div {{ min-height: 2rem; height: 2rem; }}
  .stSidebar .st-key-shortcut button {{ min-height: 2rem; padding: 0; }}
  .stSidebar [class*="st-key-sample-"] button {{ min-height: 1.25rem; }}
  .stSidebar .stHorizontalBlock .stVerticalBlock {{ gap: 0.1rem; }}
  .stSidebar .stAlert > div {{ padding: 0.4rem 0.6rem; font-size: 0.85rem; }}
  .stSidebar .stAlert p {{ font-size: 0.85rem; }}
  /* The uploader's own list says what is on its way and what was refused; the list beneath it has the rest. */
  .stSidebar [data-testid="stFileUploaderDropzone"] {{
    min-height: 0; padding: 0.2rem 0.4rem; flex-direction: row; align-items: center; gap: 0.6rem;
  }}
  .stSidebar [data-testid="stFileUploaderDropzone"] > span button {{ min-height: 1.9rem; padding: 0 0.6rem; }}
  .stSidebar button[aria-label="Add files"]::after {{ content: {add_files}; white-space: nowrap; font-size: 0.85rem; }}
  .stSidebar button[aria-label="Add files"] {{ width: auto; gap: 0.3rem; padding: 0 0.3rem; }}
  .stSidebar .stFileChip[aria-invalid] [role="alert"] {{
    position: static; width: auto; height: auto; clip: auto; white-space: normal; margin: 0;
    flex-basis: 100%; font-size: 0.75rem;
  }}
  .stSidebar .stFileChip[aria-invalid] {{ flex-wrap: wrap; height: auto; max-width: 100%; row-gap: 0.2rem; }}
  .stSidebar [data-testid="stFileChips"]
    div:has(> .stFileChip):not(:has([aria-invalid], [data-testid="stFileChipIconSpinner"])) {{
    display: none;
  }}
  .stSidebar div:has(> .stFileChip [data-testid="stFileChipIconSpinner"])
    ~ div:has(> .stFileChip [data-testid="stFileChipIconSpinner"]) {{ display: none; }}
  .camdash-dropping {{
    position: fixed; inset: 0; z-index: 1000000; pointer-events: none; display: grid; place-items: center;
    background: rgba(10, 14, 20, 0.72); border: 4px dashed #e8833a;
  }}
  .camdash-dropping div {{
    padding: 1rem 2rem; border-radius: 1rem; background: #171c24; color: #fff; font-size: 1.4rem;
  }}
</style>
<div class="camdash-disclaimer" role="note">{disclaimer}</div>
"""
