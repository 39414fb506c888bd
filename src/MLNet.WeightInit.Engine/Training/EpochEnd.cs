namespace MLNet.WeightInit.Engine.Training;

/// <summary>Why an epoch took no further batch.</summary>
internal enum EpochEnd
{
    /// <summary>All rows have been seen.</summary>
    Finished,

    /// <summary>Cancellation was asked for, and the model so far is wanted.</summary>
    Cancelled,

    /// <summary><see cref="TrainingOptions.MaximumSteps"/> have been made.</summary>
    OutOfSteps,

    /// <summary><see cref="TrainingOptions.MaximumDuration"/> is over.</summary>
    OutOfTime,

    /// <summary>An optimizer of the whole data has come to where it goes no further.</summary>
    Converged,
}
