namespace MLNet.WeightInit.Engine.Network;

/// <summary>What hidden layers' sums go through before the activation. The numbers are stored in model files.</summary>
internal enum Normalization : byte
{
    None = 0,

    /// <summary>Each row to mean 0 and variance 1 over the layer's units, then a scale γ and a shift β a unit: Ba, Kiros and Hinton 2016, eq. 3 and 4.</summary>
    Layer = 1,

    /// <summary>Each unit to mean 0 and variance 1 over the batch's rows, then a scale γ and a shift β: Ioffe and Szegedy 2015, algorithm 1. Scoring takes running statistics.</summary>
    Batch = 2,
}

internal static class Normalizations
{
    /// <summary>One unit would be normalized to 0, and two to ±1 with a gradient of 0: from three on something is left to learn from.</summary>
    public const int FewestUnits = 3;

    public static readonly IReadOnlyList<string> All = ["layer", "batch"];

    /// <summary>As options and models name it.</summary>
    public static string NameOf(Normalization normalization) => normalization switch { Normalization.Layer => "layer", Normalization.Batch => "batch", _ => "none" };

    /// <param name="name">Null or empty for none; case doesn't count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The name is unknown.</exception>
    public static Normalization Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null or "" or "NONE" => Normalization.None,
        "LAYER" => Normalization.Layer,
        "BATCH" => Normalization.Batch,
        _ => throw new ArgumentOutOfRangeException(nameof(Normalization), name, $"The normalization must be {string.Join(" or ", All.Select(known => $"'{known}'"))}, or null for none."),
    };
}
