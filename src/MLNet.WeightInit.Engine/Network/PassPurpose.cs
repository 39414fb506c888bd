namespace MLNet.WeightInit.Engine.Network;

/// <summary>What a pass is run for: batch normalization takes its statistics from elsewhere when it scores.</summary>
internal enum PassPurpose
{
    /// <summary>Rows don't see one another: the running statistics normalize.</summary>
    Scoring,

    /// <summary>The batch's own statistics normalize, and nothing but gradients is left behind.</summary>
    Probing,

    /// <summary>As <see cref="Probing"/>, and the running statistics take the batch's in.</summary>
    Training,
}
