namespace MLNet.WeightInit.Engine.Kernels.Gemm;

/// <summary>The number of rows of a register tile, as a type: the JIT drops the code of the rows that a tile hasn't.</summary>
internal interface ITileRows
{
    static abstract int Count { get; }
}

internal readonly struct Rows1 : ITileRows { public static int Count => 1; }
internal readonly struct Rows2 : ITileRows { public static int Count => 2; }
internal readonly struct Rows3 : ITileRows { public static int Count => 3; }
internal readonly struct Rows4 : ITileRows { public static int Count => 4; }
internal readonly struct Rows5 : ITileRows { public static int Count => 5; }
internal readonly struct Rows6 : ITileRows { public static int Count => 6; }
internal readonly struct Rows7 : ITileRows { public static int Count => 7; }
internal readonly struct Rows8 : ITileRows { public static int Count => 8; }
internal readonly struct Rows9 : ITileRows { public static int Count => 9; }
internal readonly struct Rows10 : ITileRows { public static int Count => 10; }
internal readonly struct Rows11 : ITileRows { public static int Count => 11; }
internal readonly struct Rows12 : ITileRows { public static int Count => 12; }

/// <summary>The vectors of columns in a register tile, as a type.</summary>
internal interface ITileColumns
{
    static abstract int Count { get; }
}

internal readonly struct OneVector : ITileColumns { public static int Count => 1; }
internal readonly struct TwoVectors : ITileColumns { public static int Count => 2; }

/// <summary>For tiles of up to 3 rows: a row alone needs that many sums at once to hide the latency of the multiply-add.</summary>
internal readonly struct FourVectors : ITileColumns { public static int Count => 4; }

/// <summary>For rows of a sparse product, which have no other row beside them.</summary>
internal readonly struct EightVectors : ITileColumns { public static int Count => 8; }
