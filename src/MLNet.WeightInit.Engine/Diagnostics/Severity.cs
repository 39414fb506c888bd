namespace MLNet.WeightInit;

/// <summary>How much a <see cref="Finding"/> matters to the training that was asked for, from least to most.</summary>
public enum Severity
{
    /// <summary>Worth knowing, and mended by this optimizer or harmless: never changes the report's verdict.</summary>
    Note = 0,

    /// <summary>Training will be slower or worse than it could be, or may stall.</summary>
    Warning = 1,

    /// <summary>Training can't succeed from here.</summary>
    Error = 2,
}
