namespace MLNet.WeightInit;

/// <summary>What the start of a training says of its learning rate: curvature, the largest rate that is stable, and a rate and warm-up to use. In a report of <see cref="DiagnosticsLevel.Full"/>.</summary>
/// <remarks>
/// Every figure holds for this start, data, optimizer, batch size and seed, and for a constant rate. A quadratic loss of curvature λ diverges above bound / λ (Polyak 1964; for Adam Cohen et al. 2022); the loss of a network
/// may still fall there, since it moves to where it is flatter (Lewkowycz et al. 2020). So the largest stable rate is not computed from the curvature but tried: the first steps of the training that follows, on a copy.
/// Figures are kept to six significant digits. <see cref="double.NaN"/> where a figure isn't defined.
/// </remarks>
public sealed record LearningRateAdvice
{
    internal LearningRateAdvice()
    {
    }

    /// <summary>λ_max: the largest eigenvalue of the Hessian of the mean training loss, L2 decay included, on up to 256 rows, as the optimizer sees it: for RMSProp, Adam and AdamW that of the preconditioned Hessian after 20 steps (10 from 4 million parameters on), for
    /// tensors with a multiple of the learning rate that of the scaled one. <see cref="double.NaN"/> with tied or normalized weights, above 33 million parameters, and where it isn't finite.</summary>
    public required double Curvature { get; init; }

    /// <summary>How the curvature was measured.</summary>
    public required string CurvatureReason { get; init; }

    /// <summary>The product of rate and curvature above which the optimizer diverges on a quadratic loss: 2 for SGD and RMSProp, 2 (1 + β) for Momentum, (2 + 2 β) / (1 + 2 β) for Nesterov, (2 + 2 β₁) / (1 − β₁) for Adam and AdamW;
    /// <see cref="double.NaN"/> for Lion and LAMB, whose steps have a length of their own.</summary>
    public required double StabilityBound { get; init; }

    /// <summary><see cref="StabilityBound"/> / <see cref="Curvature"/>: the largest rate for which a quadratic loss of that curvature falls.</summary>
    public double QuadraticRate => StabilityBound / Curvature;

    /// <summary>The largest rate at which, and below which, every trial that was made trained: its loss ended a tenth below the start's and the best constant's, or half as far as at a small rate where that gains little. <see cref="double.NaN"/>
    /// where none did.</summary>
    public required double LargestStableRate { get; init; }

    /// <summary>The rate at which half of the trials train, over draws of the weights and orders of the rows (Spearman 1908, Kärber 1931); far above <see cref="LargestStableRate"/> where one draw trains at rates at which another doesn't, as
    /// with Adam. Of a network so large that it gets one draw: the smallest rate above <see cref="LargestStableRate"/> that didn't lower the loss, at most 1.2 times as large (1.5 where its trials are the shortest). <see cref="double.NaN"/> where every rate or none trained.</summary>
    public required double DivergenceRate { get; init; }

    /// <summary>What a trial was and how many there were.</summary>
    public required string LargestStableReason { get; init; }

    /// <summary>Steps of a trial that looks for the largest stable rate, up to 300.</summary>
    public required int TrialSteps { get; init; }

    /// <summary>Steps of a trial that compares rates, up to 1,200; 0 where rates weren't compared, and in reports of earlier releases.</summary>
    public int ComparedSteps { get; init; }

    /// <summary>A rate to begin with: the options' own, or that doubled or halved (three significant digits), where it lowers the loss of rows held out by two hundredths or more; of a network so large that rates weren't compared an eighth of
    /// <see cref="LargestStableRate"/> (two). <see cref="double.NaN"/> where no rate lowered the loss.</summary>
    public required double ProposedRate { get; init; }

    /// <summary>Why that rate.</summary>
    public required string ProposedRateReason { get; init; }

    /// <summary>Loss of rows held out at the end of trials of <see cref="ComparedSteps"/> steps at <see cref="ProposedRate"/>, its warm-up included; <see cref="double.NaN"/> where rates weren't compared (a large network, fewer than 20 rows), and in
    /// reports of earlier releases.</summary>
    public double ProposedLoss { get; init; } = double.NaN;

    /// <summary>The same at the rate that the options ask for; <see cref="double.PositiveInfinity"/> where that diverges.</summary>
    public double AskedLoss { get; init; } = double.NaN;

    /// <summary>Steps in which the rate should rise to <see cref="ProposedRate"/>; 0 where that gains nothing. <c>Schedule = "Constant(warmup=…)"</c> counts epochs.</summary>
    public required int ProposedWarmUpSteps { get; init; }

    /// <summary>Why so many steps, or none.</summary>
    public required string ProposedWarmUpReason { get; init; }
}
