using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>Mean and variance of a layer's weights and biases as they were drawn: what theory starts from.</summary>
internal readonly record struct WeightMoments(double Mean, double Variance, double BiasMean, double BiasVariance)
{
    public static WeightMoments Of(ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
    {
        (double mean, double variance) = FixedOrderSums.MeanAndVariance(weights);
        (double biasMean, double biasVariance) = FixedOrderSums.MeanAndVariance(biases);
        return new WeightMoments(mean, variance, biasMean, biasVariance);
    }
}
