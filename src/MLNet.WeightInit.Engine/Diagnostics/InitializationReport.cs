namespace MLNet.WeightInit;

/// <summary>The judgement of a finding; members from harmless to grave.</summary>
public enum Verdict
{
    Healthy, Drifting, MisplacedPrior, OverConfidentHead, TooDeep, LrUnstable, Saturated, RankCollapse, Dead, VanishingForward, VanishingGradient, ExplodingForward, ExplodingGradient, Symmetric, NonFinite,
}

/// <summary>How much a finding matters.</summary>
public enum Severity { Note, Warning, Error }

/// <summary>One thing that is wrong or worth knowing.</summary>
public sealed record Finding(Verdict Verdict, Severity Severity, int FirstLayer, int LastLayer, string Evidence, IReadOnlyList<string> Remedies);

/// <summary>How one tensor was filled, and why.</summary>
public sealed record TensorPlan(string Tensor, WeightShape Shape, string Initializer, double? TargetDeviation, string Stream, string Reason);

/// <summary>What one dense layer did to the probe batch before the first step.</summary>
public sealed record LayerStatistics
{
    public required string Layer { get; init; }
    public required int Inputs { get; init; }
    public required int Outputs { get; init; }
    public required double PreActivationMean { get; init; }
    public required double PreActivationDeviation { get; init; }
    public required double PredictedDeviation { get; init; }
    public required double ZeroFraction { get; init; }
    public required double SaturatedFraction { get; init; }
    public required double DeadFraction { get; init; }
    public required double PreActivationGradientNorm { get; init; }
    public required double WeightGradientNorm { get; init; }
    public required double WeightDeviation { get; init; }
}

/// <summary>How a network's initialization was planned, what it did to the user's data, and what to do about it.</summary>
public sealed class InitializationReport
{
    public Verdict Verdict => throw new NotImplementedException();
    public IReadOnlyList<Finding> Findings => throw new NotImplementedException();
    public IReadOnlyList<TensorPlan> Plan => throw new NotImplementedException();
    public IReadOnlyList<LayerStatistics> Layers => throw new NotImplementedException();
    public override string ToString() => throw new NotImplementedException();
    public string ToMarkdown() => throw new NotImplementedException();
    public string ToJson() => throw new NotImplementedException();

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    internal static InitializationReport FromJson(string json) => throw new NotImplementedException();
}
