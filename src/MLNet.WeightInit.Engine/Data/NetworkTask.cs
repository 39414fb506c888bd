namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the outputs mean.</summary>
internal enum NetworkTask
{
    /// <summary>One logit a class; scores are softmax probabilities.</summary>
    Multiclass,
    /// <summary>One logit; the score is the logit, its sigmoid the probability.</summary>
    Binary,
    /// <summary>One value a target column.</summary>
    Regression,
    /// <summary>One logit a label, each true or false for itself; scores are the logits.</summary>
    Multilabel,
    /// <summary>Several quantiles of one value, in ascending order.</summary>
    Quantiles,
    /// <summary>Several labels of tasks of their own, one after another: <see cref="OutputHead"/>.</summary>
    Heads,
}
