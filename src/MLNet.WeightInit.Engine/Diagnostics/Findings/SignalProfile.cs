namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>How the signal's size moves over the hidden layers, and whether that goes on exponentially.</summary>
/// <param name="First">Root mean square of the first hidden layer's pre-activations.</param>
/// <param name="Last">Of the last hidden layer's. The output layer is left out: its scale is chosen for the loss, not for propagation.</param>
/// <param name="Shrinks">The late half shrinks faster than chance and slow decay explain.</param>
/// <param name="Grows">The late half grows faster than chance explains.</param>
internal readonly record struct SignalProfile(double First, double Last, bool Shrinks, bool Grows)
{
    /// <summary>Ratio of second moments, last to first hidden layer; NaN where the first is 0.</summary>
    public double Ratio => Last * Last / (First * First);

    /// <summary>Compares the late half's rate with what chance gives.</summary>
    /// <remarks>
    /// In a healthy ReLU network of width n, ln E z² moves by −2.5/n ± √(5/n) a layer (Hanin and Rolnick 2018), so over m layers a rate counts as exponential when
    /// it exceeds the drift and three
    /// deviations, 2.5/n + 3 √(5/(n m)), and 5 %, which keeps the algebraic decay of critical tanh (1/l a layer) out. Xavier's rate with ReLU is 69 %.
    /// </remarks>
    public static SignalProfile Of(ReportContext context)
    {
        int hidden = context.HiddenLayers, middle = (hidden - 1) / 2;
        if (context.BranchDepth > 0)
            middle -= middle % context.BranchDepth;            // of the stream, as the first and the last are
        int steps = hidden - 1 - middle;
        double first = context.Signal(0), last = context.Signal(hidden - 1), center = context.Signal(middle);
        if (steps == 0 || !(first > 0) || !double.IsFinite(first) || !double.IsFinite(last))
            return new SignalProfile(first, last, false, false);
        int width = Enumerable.Range(middle, hidden - middle).Min(index => context.Layers[index].Outputs);
        double rate = Math.Max(0.05, 2.5 / width + 3 * Math.Sqrt(5.0 / width / steps)), threshold = 1;
        for (int step = 0; step < steps; step++)
            threshold *= 1 + rate;
        double late = last * last / (center * center);
        return new SignalProfile(first, last, Shrinks: center == 0 || late * threshold < 1, Grows: late > threshold);
    }
}
