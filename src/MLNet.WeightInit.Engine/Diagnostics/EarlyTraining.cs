namespace MLNet.WeightInit;

/// <summary>What the training itself did: its first steps, how far it moved each layer from where it started, and the units that it left dead or saturated. In the report of a trained model, from <see cref="DiagnosticsLevel.Summary"/> on.</summary>
/// <remarks>
/// It is of the training that gave the model: of one that went on from another model (<c>Fit(data, model)</c>) it starts from that model's weights. Recording looks only: the trained weights are the same bits without it.
/// Figures are kept to six significant digits, those of layers to three; sums run in double precision in a fixed order. <see cref="double.NaN"/> where a figure isn't defined.
/// </remarks>
public sealed record EarlyTraining
{
    internal EarlyTraining()
    {
    }

    /// <summary>The first 20 updates, or all of a shorter training; of L-BFGS the first 20 iterations. The last one's loss is not finite where the training failed in it.</summary>
    public required IReadOnlyList<EarlyStep> Steps { get; init; }

    /// <summary>Steps that the layers' <see cref="LayerChange.UpdateRatios"/> are of, ascending: all of <see cref="Steps"/> for up to 30 layers, every second for up to 60, and so on; the last one always.</summary>
    public required IReadOnlyList<int> RatioSteps { get; init; }

    /// <summary>A row for every dense layer, the output included, and then for every table of embeddings.</summary>
    public required IReadOnlyList<LayerChange> Layers { get; init; }

    /// <summary>The chance that the training learns, told after its first 20 steps; null where <see cref="InitializationReport.Forecast"/> is, for fewer steps, and for a training that went on from another model.</summary>
    public TrainabilityForecast? Forecast { get; init; }

    /// <summary>What <see cref="Engine.Diagnostics.Trainability.StepFigures"/> made of the steps; empty after loading.</summary>
    internal IReadOnlyList<double> StepFigures { get; init; } = [];

    /// <summary>What the training did to the network that is wrong or worth knowing, the gravest first. The report's <see cref="InitializationReport.Verdict"/> judges the start by how the training ended, and these don't change it.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}
