namespace MLNet.WeightInit;

/// <summary>How much an <see cref="InitializationReport"/> measures before the first step. No level changes a bit of the model that is trained.</summary>
public enum DiagnosticsLevel
{
    /// <summary>Nothing: the report has the plan of the initialization, and neither layers nor findings.</summary>
    Off = 0,

    /// <summary>One batch of up to 256 rows forward and backward, theory, findings, and eight steps of the training that follows on a copy, more where those look bad. Costs as much as some ten to forty steps.</summary>
    Summary = 1,

    /// <summary>All of <see cref="Summary"/>, and what takes longer: the curvature of the loss, trials of a few steps that find the largest learning rate which is stable, and <see cref="InitializationReport.Details"/>. Costs as much as a thousand steps or two; less for large networks.</summary>
    Full = 2,
}
