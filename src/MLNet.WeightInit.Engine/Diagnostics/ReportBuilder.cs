using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Diagnostics.Rates;
using MLNet.WeightInit.Engine.Diagnostics.Theory;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Expectations;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Turns a plan and a probe into the report.</summary>
internal static class ReportBuilder
{
    /// <param name="plan">As executed: calibrated, with overrides.</param>
    /// <param name="options">The training that follows: optimizer, learning rate, loss; the decay that it has, and null for none.</param>
    /// <param name="pool">Threads that share the layers.</param>
    public static InitializationReport Build(InitializationPlan plan, MeasuredStart measured, TrainingOptions options, WorkerPool pool)
    {
        NetworkProbe probe = measured.Probe;
        var curve = new KernelCurve(options.Activation, options.Simd);
        WeightMoments[] moments = [.. probe.Layers.Select(layer => WeightMoments.Of(layer.Weights, layer.Biases))];
        MeanFieldLayer[] predictions = MeanFieldRecursion.Predict(probe.Layers, moments, curve, measured.Rows, options.Dropout);
        LayerStatistics[] layers = Measure(probe, options.CheckCancelled, () => new KernelCurve(options.Activation, options.Simd), moments, predictions, options.Dropout, pool);
        double gradientRatio = MeanFieldRecursion.GradientRatio(probe.Layers, moments, predictions, options.Dropout);
        NetworkTheory theory = NetworkTheoryBuilder.Build(probe, layers, moments, curve, measured.Rows, gradientRatio, options.Dropout);
        double[] start = StartFigures.Of(probe, layers, measured.Rows, options, measured.PriorLoss, Math.Max(Math.Min(measured.Steps, 1), (long)(measured.Steps * measured.RateShare)));
        // The study's trainings have no decay: where it does more than the loss its figures mean something else.
        double decay = options.Optimizer.HasDecoupledDecay ? 0 : options.WeightDecay ?? 0;
        TrainabilityForecast? forecast = measured.IsKnown && StartFigures.IsLabelKnown(measured.PriorLoss) && measured.Steps > 0 && !OutweighedGradient.IsFound(layers, probe, decay, TrainingDynamics.Of(options.Optimizer)) ? TrainabilityForecast.Of(start, measured.Steps) : null;
        var context = new ReportContext
        {
            Layers = layers,
            Probe = probe,
            Training = TrainingDynamics.Of(options.Optimizer),
            Initializers = [options.Init.Specification, .. plan.Weights.Take(1).Select(tensor => tensor.Initializer!.Specification)],
            IsStandardized = options.Standardize,
            Loss = options.Loss.Name,
            LabelSmoothing = options.Loss.LabelSmoothing,
            HasPriorBias = plan.PriorBias is { } bias && probe.Layers[^1].Biases.AsSpan().SequenceEqual([.. bias]),
            PriorLoss = measured.PriorLoss,
            BranchDepth = plan.BranchDepth,
            Rates = measured.Rates,
            PredictedGradientRatio = gradientRatio,
            Theory = theory,
            Forecast = forecast,
            Trial = measured.Trial,
            StartFigures = start,
            LearningRate = options.LearningRate,
            Traits = TrainingTraits.Of(options),
            ProposedRate = MeasuredRate.Of(measured.Rates?.Advice, options.LearningRate),
            Constants = measured.Constants,
            HasOtherInputs = plan.Embeddings.Count > 0,
            RowSquare = measured.Rows.Average(row => row.SquaredSum),
            WeightDecay = decay,
            Epochs = measured.Epochs,
            Details = measured.Details,
        };
        Dictionary<Verdict, JudgedFigure> figures = Enum.GetValues<Verdict>().ToDictionary(verdict => verdict, verdict => JudgedFigures.Of(verdict, context));
        return new InitializationReport
        {
            Findings = [.. FindingRules.Examine(context).Select(finding => finding with { Judged = finding.Judged ?? figures[finding.Verdict] })],
            Figures = figures,
            OtherFigures = JudgedFigures.Others(context),
            Plan = Rows(plan, probe, pool),
            Layers = layers,
            Embeddings = [.. plan.Embeddings.Zip(probe.Embeddings, Embedding)],
            Theory = theory,
            Seed = options.Seed,
            Optimizer = options.Optimizer.Specification,
            LearningRate = options.LearningRate,
            Loss = options.Loss.Specification,
            ProbeRows = probe.Rows,
            ProbeHash = probe.RowsHash,
            InitialLoss = SignificantDigits.Round(probe.Loss),
            PriorLoss = SignificantDigits.Round(measured.PriorLoss),
            StartFigures = start,
            Forecast = forecast,
            Trial = measured.Trial,
            Level = options.Diagnostics,
            LearningRateAdvice = measured.Rates?.Advice,
            Details = measured.Details,
        };
    }

    /// <summary>The plan alone, for who wants nothing measured.</summary>
    public static InitializationReport WithoutMeasurement(InitializationPlan plan, TrainingOptions options) => new()
    {
        Findings = [],
        Plan = [.. plan.Embeddings.Concat(plan.Tensors).Select(Row)],
        Layers = [],
        Seed = options.Seed,
        Optimizer = options.Optimizer.Specification,
        LearningRate = options.LearningRate,
        Loss = options.Loss.Specification,
        ProbeRows = 0,
        InitialLoss = double.NaN,
        PriorLoss = double.NaN,
        Level = DiagnosticsLevel.Off,
    };

    static TensorPlan[] Rows(InitializationPlan plan, NetworkProbe probe, WorkerPool pool)
    {
        var hashes = new string[plan.Tensors.Count];                     // weights, then biases of each layer
        pool.Run(hashes.Length, index => hashes[index] = TensorHash.Of(index % 2 == 0 ? probe.Layers[index / 2].Weights : probe.Layers[index / 2].Biases));
        return [.. plan.Embeddings.Zip(probe.Embeddings, (tensor, embedding) => Row(tensor) with { Sha256 = embedding.Hash }), .. plan.Tensors.Zip(hashes, (tensor, hash) => Row(tensor) with { Sha256 = hash })];
    }

    static LayerStatistics[] Measure(NetworkProbe probe, Action checkCancelled, Func<ActivationCurve> curve, WeightMoments[] moments, MeanFieldLayer[] predictions, Dropout? dropout, WorkerPool pool)
    {
        int last = probe.Layers.Count - 1;
        LayerProbe output = probe.Layers[last];
        double outputNorm = FixedOrderSums.Norm(output.PreActivationGradients.Span, probe.Rows, output.Units, output.Stride);
        double[] gradientNorms = MeanFieldRecursion.PredictGradientNorms(probe.Layers, moments, predictions, outputNorm, dropout);
        var layers = new LayerStatistics[probe.Layers.Count];
        pool.Run(layers.Length, index =>
        {
            checkCancelled();
            layers[index] = LayerMeasurement.Measure(probe.Layers[index], probe.Rows, index == last, curve(), moments[index], predictions[index], gradientNorms[index], new GaussianQuadrature());
        });
        return layers;
    }

    static EmbeddingStatistics Embedding(PlannedTensor tensor, EmbeddingProbe probe) => new()
    {
        Embedding = tensor.Name,
        Rows = tensor.Shape.Rows,
        Dimensions = tensor.Shape.Columns,
        Seen = probe.Seen,
        Deviation = SignificantDigits.Round(Math.Sqrt(probe.MeanSquare)),
        PredictedDeviation = SignificantDigits.Round(tensor.Initializer?.TargetDeviation(tensor.Shape) ?? double.NaN),
        GradientNorm = SignificantDigits.Round(probe.GradientNorm),
    };

    static TensorPlan Row(PlannedTensor tensor) => new(
        tensor.Name,
        tensor.Shape,
        tensor.Initializer?.Specification ?? "zeros",
        tensor.Initializer is { } initializer ? initializer.TargetDeviation(tensor.Shape) : 0,
        tensor.Stream,
        Reason(tensor)) { InitializerVersion = tensor.Initializer?.Version ?? 1, LearningRateMultiplier = tensor.LearningRateMultiplier };

    static string Reason(PlannedTensor tensor) => tensor switch
    {
        { Reason.Length: > 0 } => tensor.Reason,
        { Initializer: { } initializer } => $"{initializer.Specification} was asked for.",
        _ => "Biases start at 0 unless asked otherwise.",
    };
}
