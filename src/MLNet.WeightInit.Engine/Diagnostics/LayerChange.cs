namespace MLNet.WeightInit;

/// <summary>What training did to one layer's weights, or to one table of embeddings, and to the layer's units on the rows that the report measures.</summary>
public sealed record LayerChange
{
    internal LayerChange()
    {
    }

    /// <summary>The layer's name, <c>hidden[0]</c> or <c>output</c>; for embeddings their tensor's name.</summary>
    public required string Layer { get; init; }

    /// <summary>‖Δ‖ / ‖W‖ of each of <see cref="EarlyTraining.RatioSteps"/>, W the weights before it, with the optimizer, decay and limits as they are; about 10⁻³ is usual. <see cref="double.NaN"/> where W is 0, as that of a zero output layer is in the
    /// first step, where the step failed, in networks of more than 33 million parameters, and for a sparse first layer of more than 2 million weights.</summary>
    public required IReadOnlyList<double> UpdateRatios { get; init; }

    /// <summary>‖W − W₀‖ / ‖W₀‖ at the end, with W the returned model's weights (averaged, or the best epoch's, where the options say so) and W₀ those that training started from. <see cref="double.NaN"/> where W₀ is 0, where training
    /// failed, and in networks of more than 33 million parameters.</summary>
    public required double Movement { get; init; }

    /// <summary>Share of outputs, over rows and units, that were exactly 0 before the first step; <see cref="double.NaN"/> for embeddings.</summary>
    public required double ZeroFractionBefore { get; init; }

    /// <summary>The same in the trained model; <see cref="double.NaN"/> where training failed.</summary>
    public required double ZeroFraction { get; init; }

    /// <summary>Share of units whose derivative was 0 on every row before the first step; <see cref="double.NaN"/> for embeddings.</summary>
    public required double DeadFractionBefore { get; init; }

    /// <summary>The same in the trained model; <see cref="double.NaN"/> where training failed.</summary>
    public required double DeadFraction { get; init; }

    /// <summary>Share of outputs at the bounds of a bounded activation before the first step; <see cref="double.NaN"/> for embeddings.</summary>
    public required double SaturatedFractionBefore { get; init; }

    /// <summary>The same in the trained model; <see cref="double.NaN"/> where training failed.</summary>
    public required double SaturatedFraction { get; init; }
}
