namespace MLNet.WeightInit.Engine.Persistence;

/// <summary>What a section of a checkpoint holds.</summary>
internal enum CheckpointSection : byte
{
    /// <summary>Nothing: it is the last.</summary>
    End = 0,

    /// <summary>32-bit floats.</summary>
    Floats = 1,

    /// <summary>64-bit floats.</summary>
    Doubles = 2,

    /// <summary>UTF-8.</summary>
    Text = 3,
}
