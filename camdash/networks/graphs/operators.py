"""The operators that a graph from a stranger may have: arithmetic on tensors, without control flow or chance."""

POINTWISE = frozenset(
    (
        *("Abs", "Add", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Div", "Dropout", "Elu", "Erf", "Exp", "Floor"),
        *("Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "Max", "Mean", "Min", "Mish", "Mul"),
        *("Neg", "PRelu", "Pow", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Softplus", "Softsign"),
        *("Sqrt", "Sub", "Sum", "Tanh", "ThresholdedRelu", "Where"),
        *("BatchNormalization", "GroupNormalization", "InstanceNormalization", "LayerNormalization", "LRN"),
        *("LpNormalization", "MeanVarianceNormalization"),
    )
)
"""Those that leave each cell of a grid where it is."""

WINDOWS = frozenset(("AveragePool", "Conv", "LpPool", "MaxPool"))
"""Those that see a window of cells."""

KEEPING = frozenset(("Concat", "Gather", "Reshape", "Slice", "Split", "Transpose"))
"""Those that leave cells where they are if rows and columns stay the same."""

OTHERS = frozenset(
    (
        *("And", "ArgMax", "ArgMin", "Constant", "ConstantOfShape", "Cos", "CumSum", "DepthToSpace", "Einsum", "Equal"),
        *("Expand", "Flatten", "Gemm", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "Greater"),
        *("GreaterOrEqual", "Less", "LessOrEqual", "LogSoftmax", "MatMul", "Mod", "Not", "Or"),
        *("Pad", "Range", "ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"),
        *("ReduceSumSquare", "Resize", "Shape", "Sin", "Size", "Softmax", "SpaceToDepth", "Squeeze", "Tile", "TopK"),
        *("Trilu", "Unsqueeze", "Upsample"),
    )
)

KNOWN = POINTWISE | WINDOWS | KEEPING | OTHERS
