using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;

namespace MLNet.WeightInit;

/// <summary>How a network's initialization was planned, what it did to the user's data before the first step, and what to do about it.</summary>
/// <remarks>A pure function of data, options and seed: it holds no clock, no path and no thread count. It is stored in the model and is there after loading.</remarks>
public sealed class InitializationReport
{
    /// <summary>Version of the JSON that <see cref="ToJson"/> writes.</summary>
    internal const int SchemaVersion = 1;

    IReadOnlyList<Finding> _findings = [];
    IReadOnlyList<TensorPlan> _plan = [];
    WeightDraws? _draws;
    EarlyTraining? _earlyTraining;

    internal InitializationReport()
    {
    }

    /// <summary>The gravest verdict among the findings of severity <see cref="Severity.Warning"/> or above; <see cref="Verdict.Healthy"/> when there is none. Notes
    /// don't change it. It judges the start by how the training ended, where the report knows that: after training, and by a <see cref="Trial"/>.</summary>
    public Verdict Verdict
    {
        get
        {
            Verdict gravest = Verdict.Healthy;
            foreach (Finding finding in Findings)
                if (finding.Severity >= Severity.Warning && finding.Verdict > gravest)
                    gravest = finding.Verdict;
            return gravest;
        }
    }

    /// <summary>Everything found, the gravest first: by severity, then verdict, then layer.</summary>
    public required IReadOnlyList<Finding> Findings
    {
        get => _findings;
        init => _findings = value;
    }

    /// <summary>What other draws of the weights would have given; null where only one was made: <c>Diagnose</c> makes several, a training doesn't.</summary>
    public WeightDraws? Draws
    {
        get => _draws;
        internal init => _draws = value;
    }

    /// <summary>What the training did: its first steps, how far it moved each layer, the units that it left dead; null where nothing was trained (<c>Diagnose</c>, no epochs), at <see cref="DiagnosticsLevel.Off"/>, and in a report that was
    /// saved before reports had it.</summary>
    public EarlyTraining? EarlyTraining
    {
        get => _earlyTraining;
        internal init => _earlyTraining = value;
    }

    /// <summary>What each verdict is judged by, found or not; not stored.</summary>
    internal IReadOnlyDictionary<Verdict, JudgedFigure> Figures { get; init; } = new Dictionary<Verdict, JudgedFigure>();

    /// <summary>Null where the network has no such figure.</summary>
    internal double? FigureOf(string name) => OtherFigures.TryGetValue(name, out double value) ? value : name == JudgedFigures.TrialEnd ? Trial?.Loss : Figures.Values.FirstOrDefault(figure => figure.Name == name)?.Value;

    /// <summary>What some verdicts are judged by and others not, by name: known of every network, so that it can be told what a remedy does to it; not stored.</summary>
    internal IReadOnlyDictionary<string, double> OtherFigures { get; init; } = new Dictionary<string, double>();

    /// <summary>A row for every tensor, from the input to the output: the embeddings of categorical columns, then each layer's weights, then its bias.</summary>
    public required IReadOnlyList<TensorPlan> Plan
    {
        get => _plan;
        init => _plan = value;
    }

    /// <summary>A row for every dense layer, the output included.</summary>
    public required IReadOnlyList<LayerStatistics> Layers { get; init; }

    /// <summary>A row for every categorical column; empty without any.</summary>
    public IReadOnlyList<EmbeddingStatistics> Embeddings { get; init; } = [];

    /// <summary>What theory says of the whole network, of the likeness of its rows, and of chance; null in a report that was saved before reports had it.</summary>
    public NetworkTheory? Theory { get; init; }

    /// <summary>The seed that every random stream derives from.</summary>
    public required long Seed { get; init; }

    /// <summary>The optimizer of the training that the findings judge, with arguments.</summary>
    public required string Optimizer { get; init; }

    /// <summary>The learning rate of that training.</summary>
    public required float LearningRate { get; init; }

    /// <summary>The loss of that training, with arguments; the name of a <see cref="LossFunction"/> where somebody wrote one. Empty in a report that was saved before reports named it.</summary>
    public string Loss { get; init; } = "";

    /// <summary>Rows of training data that the layers were measured on: up to 256, drawn by the seed, and of classes each its share.</summary>
    public required int ProbeRows { get; init; }

    /// <summary>SHA-256 of those rows (features, keys, targets and weights as the data has them), 64 hexadecimal digits in lower case: reports with the same one speak of the same rows. Null where nothing was measured, and in a report that was
    /// saved before reports had it.</summary>
    public string? ProbeHash { get; init; }

    /// <summary>Mean loss of the untrained network over the probe.</summary>
    public required double InitialLoss { get; init; }

    /// <summary>Loss of the best constant prediction on the training rows: the label's entropy, or the variance as the loss defines it; <see cref="double.NaN"/>
    /// where unknown.</summary>
    public required double PriorLoss { get; init; }

    /// <summary>The chance that the training learns, told from its start; null in a report that was saved before reports had it, and for training by L-BFGS, which the rule doesn't know.</summary>
    public TrainabilityForecast? Forecast { get; init; }

    /// <summary>What the training came to when it was tried out in memory; null below <see cref="DiagnosticsLevel.Full"/>, for rows that are streamed, for networks of which 20 steps would take longer than some tenths of a second, and in a report
    /// that was saved before reports had it.</summary>
    public StartTrial? Trial { get; internal init; }

    /// <summary>How often verdicts are right for trainings of this kind; null where there is no <see cref="Forecast"/>, since the study that measured it has none of the kind.</summary>
    public VerdictReliability? Reliability => Forecast is null ? null : VerdictReliability.Of(Verdict, isOfEnd: EarlyTraining is not null || Trial is { IsWhole: true });

    /// <summary>What <see cref="Engine.Diagnostics.Trainability.StartFigures"/> made of the start; empty after loading.</summary>
    internal IReadOnlyList<double> StartFigures { get; init; } = [];

    /// <summary>What was measured; a report that was saved before there were levels has <see cref="DiagnosticsLevel.Summary"/>. At <see cref="DiagnosticsLevel.Off"/> nothing was: a <see cref="Verdict"/> of Healthy only says that
    /// nothing was found, and the text that nothing was measured.</summary>
    public DiagnosticsLevel Level { get; init; } = DiagnosticsLevel.Summary;

    /// <summary>Curvature, stable learning rates, and a rate to use; null below <see cref="DiagnosticsLevel.Full"/>, for L-BFGS, for networks of more than 33 million parameters, and where the initial loss isn't finite.</summary>
    public LearningRateAdvice? LearningRateAdvice { get; init; }

    /// <summary>Spectra, intervals over rows, histograms and cost; null below <see cref="DiagnosticsLevel.Full"/>, and in a report that was saved before reports had them.</summary>
    public InitializationDetails? Details { get; init; }

    /// <summary>The verdict in a sentence, the plan, the layers and the findings, as text of at most 100 columns. Networks of more than 12 layers are shortened in
    /// the middle.</summary>
    public override string ToString() => ReportText.Write(this);

    /// <summary>The whole report as Markdown tables.</summary>
    public string ToMarkdown() => ReportMarkdown.Write(this);

    /// <summary>The whole report as JSON: stable order, invariant culture, the version of its <c>schema</c> first. NaN and infinities are the strings <c>"NaN"</c>,
    /// <c>"Infinity"</c> and <c>"-Infinity"</c>. Without <see cref="TensorPlan.Sha256"/>, which a model file keeps in its <c>plan.json</c>.</summary>
    public string ToJson() => ReportJsonWriter.Write(this);

    internal InitializationReport With(IReadOnlyList<Finding> findings)
    {
        var copy = (InitializationReport)MemberwiseClone();
        copy._findings = findings;
        return copy;
    }

    /// <param name="hashes">By the tensors' names.</param>
    internal InitializationReport With(IReadOnlyDictionary<string, string> hashes)
    {
        var copy = (InitializationReport)MemberwiseClone();
        copy._plan = [.. _plan.Select(row => row with { Sha256 = hashes.GetValueOrDefault(row.Tensor) })];
        return copy;
    }

    internal InitializationReport With(WeightDraws draws)
    {
        var copy = (InitializationReport)MemberwiseClone();
        copy._draws = draws;
        return copy;
    }

    internal InitializationReport With(EarlyTraining? earlyTraining)
    {
        var copy = (InitializationReport)MemberwiseClone();
        copy._earlyTraining = earlyTraining;
        return copy;
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text isn't such a report, is cut short, or has another schema version.</exception>
    internal static InitializationReport FromJson(string json) => ReportJsonReader.Read(json);
}
