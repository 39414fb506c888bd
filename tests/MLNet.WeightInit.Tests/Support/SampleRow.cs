using Microsoft.ML.Data;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>One row with a label for each task.</summary>
internal sealed class SampleRow
{
    public const int FeatureCount = 3;

    [VectorType(FeatureCount)]
    public float[] Features { get; set; } = [];

    /// <summary><c>a</c>, <c>b</c> or <c>c</c>, learnable from the features; null: missing.</summary>
    public string? Category { get; set; }

    /// <summary>Whether the category is <c>a</c>.</summary>
    public bool Flag { get; set; }

    /// <summary>A linear function of the features.</summary>
    public float Value { get; set; }

    /// <summary>Three linear functions of the features, in units of 1, 100 and 0.01.</summary>
    [VectorType(3)]
    public float[] Values { get; set; } = [];

    /// <summary>Whether the category is <c>a</c>, whether it isn't <c>b</c>, whether the first feature is larger than the second, whether the third is above 1.</summary>
    [VectorType(4)]
    public bool[] Flags { get; set; } = [];

    public float Weight { get; set; } = 1;
}
