namespace MLNet.WeightInit;

public sealed partial class NeuralNetOptions
{
    /// <summary>What training minimizes, by name, or a <see cref="LossFunction"/> of your own: SoftmaxCrossEntropy for multiclass, BinaryCrossEntropy for binary; for regression Squared,
    /// Absolute, <c>Huber(delta=1)</c>, <c>Quantile(level=0.9)</c> (nine labels of ten lie below the prediction), <see cref="LossFunction.Quantiles"/> for several at once with <c>mlContext.Transforms.NeuralNet</c>, or Poisson (the label is a count of at least 0, the score its expected value).</summary>
    /// <value>Default: null, the first that fits the task. A loss of your own may be used for any task.</value>
    public LossFunction? Loss { get; set; }

    /// <summary>Share of each label that is spread evenly over all classes, so that the network is not taught to be certain (Szegedy et al. 2016, section 7). For classification with the built-in losses.</summary>
    /// <remarks>The losses in the history are to the smoothed labels: with K classes and the share ε none is below the entropy of a smoothed label.</remarks>
    /// <value>Default: 0, none; 0.1 is usual. At least 0 and below 1.</value>
    public float LabelSmoothing { get; set; }

    /// <summary>How much the rows of each class count: <see cref="MLNet.WeightInit.ClassWeights.Balanced"/>, or a weight a class by <see cref="MLNet.WeightInit.ClassWeights.Of{TClass}"/>. For classification.</summary>
    /// <remarks>
    /// A row's weight is its class's weight times its example weight, in training, in validation and in what the biases start at; the losses in the history are weighted means.
    /// Weights move the decision towards the classes that weigh more, and with it the probabilities: they are those of a population in which each class is as frequent as it weighs.
    /// Where a class's probability shall mean its frequency in the data, leave the weights away and choose a threshold on validation data instead, or undo them: for binary
    /// subtract ln(weight of true / weight of false) from the score. The area under a precision–recall or ROC curve needs no weights for its own sake.
    /// </remarks>
    /// <value>Default: null, all classes weigh 1.</value>
    public ClassWeights? ClassWeights { get; set; }
}
