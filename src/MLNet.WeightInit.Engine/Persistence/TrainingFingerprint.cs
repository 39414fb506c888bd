using System.Globalization;
using System.Runtime.InteropServices;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>All that decides a training's bits, and what the data's columns are called and mean, by name: two trainings that agree in it go through the same states. Threads, vector width and the number of epochs are not among it.</summary>
internal static class TrainingFingerprint
{
    /// <param name="network">Before its first step.</param>
    /// <param name="data">All rows, before validation rows are split off.</param>
    /// <param name="searches">Whether cross-validation chooses the number of epochs.</param>
    /// <param name="stream">What is known of rows that are streamed; null: the data are all rows.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(FeedForwardNetwork network, TrainingOptions options, TrainingSet data, TrainingSet? validation, bool searches, StreamSurvey? stream = null) =>
    [
        ("task", options.Task.ToString()),
        ("features", Format(data.FeatureCount)),
        ("outputs", Format(options.Outputs)),
        .. options.DataColumns,
        .. OfOptions(options),
        ("epochs chosen by cross-validation", searches ? "yes" : "no"),
        .. stream is null ? [("training rows", Format(data.Rows)), ("checksum of the training rows", ChecksumOf(data))] : OfStream(stream),
        ("validation data", validation is null ? "none" : $"{Format(validation.Rows)} rows of checksum {ChecksumOf(validation)}"),
        ("checksum of the initial network", ChecksumOf(network)),
    ];

    /// <summary>One line for each option that decides bits.</summary>
    static IEnumerable<(string Name, string Value)> OfOptions(TrainingOptions options) =>
    [
        ("hidden layers", string.Join(", ", options.HiddenLayers.Select(units => Format(units)))),
        ("activation", options.Activation.Specification),
        ("loss", options.Loss.Specification),
        ("optimizer", options.Optimizer.Specification),
        ("learning rate", Format(options.LearningRate)),
        ("schedule", options.Schedule.Name),                    // its course is held against the history's learning rates: so the number of epochs may grow where the course allows
        ("normalization", options.Normalization.ToString()),
        ("residual blocks", options.Residual is { } residual ? $"branches of {residual.BranchDepth}, {residual.Start}" : "none"),
        ("tied weights", options.TiedWeights ? "yes" : "no"),
        ("dropout", Format(options.Dropout?.Rate)),
        ("alpha-dropout", options.Dropout is { IsAlpha: true } ? "yes" : "no"),
        ("weight decay", Format(options.WeightDecay)),
        ("gradient clipping", options.GradientClipping?.Specification ?? "none"),
        ("L1 regularization", Format(options.L1)),
        ("weight normalization", options.WeightNormalization ? "yes" : "no"),
        ("max-norm", Format(options.MaxNorm)),
        ("decay of the averaged weights", Format(options.EmaDecay)),
        ("batch size", Format(options.BatchSize)),
        (SeedName, Format(options.Seed)),
        ("standardization", options.Standardize ? "yes" : "no"),
        ("missing values", options.FillsMissing ? "filled" : "none"),
        ("categorical columns", EmbeddingColumn.Describe(options.Embeddings)),
        ("embedding initializer", options.EmbeddingInit?.Specification ?? Open),
        ("validation fraction", Format(options.ValidationFraction)),
        ("early stopping", options.EarlyStopping ? "yes" : "no"),
        ("patience", Format(options.Patience)),
        ("metric", options.Metric?.Name ?? "none"),
        .. options.Loss is HeadsLoss heads ? [("metrics of the heads", string.Join(", ", heads.Heads.Select(head => head.Metric?.Name ?? "none")))] : Array.Empty<(string, string)>(),       // their history goes on
        ("minimum improvement", SpecificationText.Format(options.MinimumImprovement)),
        ("best epoch restored", options.RestoreBest ? "yes" : "no"),
        ("initializer", options.Init.Specification),
        ("output initializer", options.OutputInit?.Specification ?? Open),
        ("bias initializer", options.BiasInit?.Specification ?? Open),
    ];

    /// <summary>The seed of the training whose checkpoint lies there; null where none does: a program that draws its seed goes on with the one that it drew first.</summary>
    /// <exception cref="InvalidDataException">What lies there is no whole checkpoint.</exception>
    public static long? SeedIn(string path)
    {
        long? seed = null;
        if (File.Exists(path))
            CheckpointFile.Read(path, reader => seed = long.Parse(reader.Texts().Single(text => text.Name == SeedName).Value, CultureInfo.InvariantCulture));
        return seed;
    }

    static IEnumerable<(string Name, string Value)> OfStream(StreamSurvey stream) =>
    [
        ("training rows", Format(stream.Rows)),
        ("checksum of the training rows", Hexadecimal(stream.First.Checksum)),
        ("rows of the pool", Format(stream.Pool.Capacity)),
        ("class weights", stream.ClassWeights is { } weights ? string.Join(", ", weights.Select(SpecificationText.Format)) : "none"),
    ];

    const string Open = "left open";
    const string SeedName = "seed";

    static string Format(float? number) => number is { } value ? SpecificationText.Format(value) : Open;

    static string Format(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Open;

    static string ChecksumOf(TrainingSet data)
    {
        var checksum = new Checksum();
        for (int row = 0; row < data.Rows; row++)
        {
            if (data.IsSparse)
            {
                checksum.Add(MemoryMarshal.AsBytes(data.Sparse.Columns(row)));
                checksum.Add(data.Sparse.Values(row));
            }
            else
                checksum.Add(data.Row(row));
        }
        checksum.Add(data.Targets.AsSpan(0, data.Rows * data.TargetColumns));
        checksum.Add(data.Keys.AsSpan(0, data.Rows * data.KeyColumns));
        if (data.Weights is not null)
            checksum.Add(data.Weights.AsSpan(0, data.Rows));
        return Hexadecimal(checksum.Value);
    }

    static string ChecksumOf(FeedForwardNetwork network)
    {
        var checksum = new Checksum();
        checksum.Add(network.Parameters.Span);
        foreach (AffineScale scale in (AffineScale[])[network.FeatureScale, network.TargetScale])
        {
            checksum.Add(scale.Means);
            checksum.Add(scale.Scales);
        }
        return Hexadecimal(checksum.Value);
    }

    static string Hexadecimal(uint checksum) => checksum.ToString("x8", CultureInfo.InvariantCulture);
}
