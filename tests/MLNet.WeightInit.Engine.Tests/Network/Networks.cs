using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>Networks with fixed weights for tests: the tests' own numbers, so that they don't hang on the library's streams.</summary>
internal static class Networks
{
    public static FeedForwardNetwork Create(int inputs, int[] hidden, int outputs, string activation = "ReLU", NetworkTask task = NetworkTask.Regression,
        AffineScale? features = null, AffineScale? targets = null, uint seed = 1, Normalization normalization = Normalization.None, int branchDepth = 0, InputEncoding? encoding = null)
    {
        var network = new FeedForwardNetwork(new NetworkLayout(inputs, hidden, activation, outputs, normalization, branchDepth, encoding), task, features ?? AffineScale.None, targets ?? AffineScale.None);
        foreach (DenseLayer layer in network.DenseLayers)
        {
            layer.SetWeights(Values(layer.Inputs * layer.Outputs, seed++, Math.Sqrt(3.0 / layer.Inputs)));
            layer.SetBiases(Values(layer.Outputs, seed++, 0.5));
            if (layer.IsNormalized)
                layer.SetNormalization([.. Values(layer.Outputs, seed++, 0.5).Select(value => value + 1)], Values(layer.Outputs, seed++, 0.5));
            if (layer.HasRunningStatistics)
                layer.SetRunningStatistics(Values(layer.Outputs, seed++, 0.5), [.. Values(layer.Outputs, seed++, 0.5).Select(value => value + 1)]);
        }
        return network;
    }

    /// <summary>Uniform values in (−limit, limit) from a fixed linear congruential generator.</summary>
    public static float[] Values(int count, uint seed, double limit = 1)
    {
        var values = new float[count];
        for (int i = 0; i < 8; i++)
            seed = seed * 1664525 + 1013904223;
        for (int i = 0; i < count; i++)
        {
            seed = seed * 1664525 + 1013904223;
            values[i] = (float)((int)seed / (double)int.MaxValue * limit);
        }
        return values;
    }

    /// <summary>Ba et al. 2016, eq. 3 and 4, with PyTorch's ε of 1e-5.</summary>
    static double[] Normalized(double[] values, float[] scales, float[] shifts)
    {
        double mean = values.Average(), variance = values.Average(value => (value - mean) * (value - mean));
        return [.. values.Select((value, unit) => scales[unit] * (value - mean) / Math.Sqrt(variance + 1e-5) + shifts[unit])];
    }

    /// <summary>Logits by plain double loops over the layers' exported weights.</summary>
    public static double[] Logits(FeedForwardNetwork network, ReadOnlySpan<float> features, Func<double, double> activation)
    {
        double[] values = new double[features.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = network.FeatureScale.IsNone ? features[i] : ((double)features[i] - network.FeatureScale.Means[i]) * network.FeatureScale.Scales[i];
        var sums = new double[network.DenseLayers.Count][];
        for (int l = 0; l < network.DenseLayers.Count; l++)
        {
            DenseLayer layer = network.DenseLayers[l];
            float[] weights = layer.GetWeights(), biases = layer.GetBiases();
            var next = new double[layer.Outputs];
            for (int output = 0; output < next.Length; output++)
            {
                double sum = biases[output];
                for (int input = 0; input < layer.Inputs; input++)
                    sum += (double)weights[output * layer.Inputs + input] * values[input];
                next[output] = sum;
            }
            if (layer.SkipFrom is { } from)
                next = [.. next.Zip(sums[from], (sum, start) => start + sum)];
            sums[l] = next;
            if (layer.HasRunningStatistics)
                next = [.. next.Select((sum, unit) => layer.GetNormalizationScales()[unit] * (sum - layer.GetRunningMeans()[unit]) / Math.Sqrt(layer.GetRunningVariances()[unit] + 1e-5) + layer.GetNormalizationShifts()[unit])];
            else if (layer.IsNormalized)
                next = Normalized(next, layer.GetNormalizationScales(), layer.GetNormalizationShifts());
            if (l < network.DenseLayers.Count - 1)
                next = [.. next.Select(activation)];
            values = next;
        }
        return values;
    }
}
