using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>One row with two categories as texts, and a label for each task.</summary>
internal sealed class TownRow
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];
    public string? TownName { get; set; }
    public string? SizeName { get; set; }
    public string Category { get; set; } = "";
    public bool Flag { get; set; }
    public float Value { get; set; }

    [VectorType(2)]
    public float[] Values { get; set; } = [];

    [VectorType(3)]
    public bool[] Flags { get; set; } = [];
}
