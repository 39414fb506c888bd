using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Finds units that training can't tell apart.</summary>
internal static class IdenticalUnits
{
    /// <summary>More units than this are not compared pair by pair: 512² / 2 pairs of 16 numbers are a millisecond.</summary>
    const int MaximumPairwiseUnits = 512;

    const int SketchSize = 16;
    const double ParallelCosine = 0.999;

    /// <summary>
    /// Squared distance of two sketches beyond which their units can't be parallel: |cos| of 0.999 is a squared distance of 0.002, which a sketch of 16 keeps
    /// within a factor (1 ± 5·√(2/16)),
    /// so 0.006 misses none; unrelated units are 2 apart.
    /// </summary>
    const double SketchDistance = 0.006;

    /// <summary>Share of units with a twin of equal weights, equal bias and equal ∂L/∂z on every row: every elementwise optimizer moves both alike for ever.</summary>
    /// <remarks>Equal weights alone don't do: where outgoing weights differ, so do gradients, and the units part. Bits are compared: twins come from one computation.</remarks>
    public static double IdenticalShare(LayerProbe layer, int rows) => layer.Units < 2 ? 0 : (double)Count(layer, rows).Twins / layer.Units;

    /// <summary>Units that differ from each other: as many as the layer works with, for as long as training goes on. A family of twins counts once.</summary>
    public static int Distinct(LayerProbe layer, int rows)
    {
        (int twins, int families) = Count(layer, rows);
        return layer.Units - twins + families;
    }

    /// <summary>Units with a twin, and the families that they make.</summary>
    static (int Twins, int Families) Count(LayerProbe layer, int rows)
    {
        int units = layer.Units;
        var candidates = new Dictionary<ulong, List<int>>();
        for (int unit = 0; unit < units; unit++)
        {
            ulong key = Fingerprint(WeightsOf(layer, unit), layer.Biases[unit]);
            if (!candidates.TryGetValue(key, out List<int>? group))
                candidates.Add(key, group = []);
            group.Add(unit);
        }
        (int twins, int families) = (0, 0);
        foreach (List<int> group in candidates.Values)
            while (group.Count > 1)
            {
                int first = group[0];
                int removed = group.RemoveAll(unit => unit == first || AreTwins(layer, rows, first, unit));
                if (removed > 1)
                    (twins, families) = (twins + removed, families + 1);
            }
        return (twins, families);
    }

    /// <summary>Share of units whose weight vector is parallel or opposite to another's; NaN for more than 512 units.</summary>
    public static double ParallelShare(LayerProbe layer)
    {
        int units = layer.Units;
        if (units < 2)
            return 0;
        if (units > MaximumPairwiseUnits)
            return double.NaN;
        double[] sketches = Sketch(layer);
        var parallel = new bool[units];
        for (int left = 0; left < units; left++)
            for (int right = left + 1; right < units; right++)
                if (!(parallel[left] && parallel[right]) && MayBeParallel(sketches, left, right) && AreParallel(layer, left, right))
                    parallel[left] = parallel[right] = true;
        return (double)parallel.Count(found => found) / units;
    }

    static bool AreTwins(LayerProbe layer, int rows, int left, int right)
    {
        if (layer.Biases[left] != layer.Biases[right] || !WeightsOf(layer, left).SequenceEqual(WeightsOf(layer, right)))
            return false;
        ReadOnlySpan<float> gradients = layer.PreActivationGradients.Span;
        for (int row = 0; row < rows; row++)
            if (gradients[row * layer.Stride + left] != gradients[row * layer.Stride + right])
                return false;
        return true;
    }

    /// <summary>FNV-1a over the values' bits, with −0 as 0.</summary>
    static ulong Fingerprint(ReadOnlySpan<float> weights, float bias)
    {
        const ulong OffsetBasis = 0xCBF29CE484222325, Prime = 0x100000001B3;
        ulong hash = (OffsetBasis ^ BitConverter.SingleToUInt32Bits(bias + 0f)) * Prime;
        foreach (float weight in weights)
            hash = (hash ^ BitConverter.SingleToUInt32Bits(weight + 0f)) * Prime;
        return hash;
    }

    /// <summary>Unit vectors, projected on 16 numbers: each input goes to one of them with a sign (count sketch, Charikar et al. 2002), which keeps distances to
    /// about a third.</summary>
    static double[] Sketch(LayerProbe layer)
    {
        var sketches = new double[layer.Units * SketchSize];
        for (int unit = 0; unit < layer.Units; unit++)
        {
            Span<double> sketch = sketches.AsSpan(unit * SketchSize, SketchSize);
            ReadOnlySpan<float> weights = WeightsOf(layer, unit);
            double squaredSum = FixedOrderSums.SumAndSquares(weights).SquaredSum;
            for (int input = 0; input < weights.Length; input++)
                sketch[input % SketchSize] += SignOf(input) * weights[input];
            double norm = Math.Sqrt(squaredSum);
            foreach (ref double value in sketch)
                value = norm > 0 ? value / norm : 0;
        }
        return sketches;
    }

    /// <summary>A fixed sign an input: the top bit of a multiplicative hash (Knuth 1998, section 6.4), of the block of 16 that the input stands in and of its place.</summary>
    static int SignOf(int input) => (int)((uint)(input / SketchSize * 31 + input) * 2654435769u >> 31) * 2 - 1;

    static bool MayBeParallel(double[] sketches, int left, int right)
    {
        double sum = 0, difference = 0;
        for (int i = 0; i < SketchSize; i++)
        {
            double a = sketches[left * SketchSize + i], b = sketches[right * SketchSize + i];
            sum += (a + b) * (a + b);
            difference += (a - b) * (a - b);
            if (sum > SketchDistance && difference > SketchDistance)
                return false;
        }
        return true;
    }

    static bool AreParallel(LayerProbe layer, int left, int right)
    {
        ReadOnlySpan<float> a = WeightsOf(layer, left), b = WeightsOf(layer, right);
        double product = 0, squareA = 0, squareB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            squareA += (double)a[i] * a[i];
            squareB += (double)b[i] * b[i];
        }
        return product * product > ParallelCosine * ParallelCosine * squareA * squareB;
    }

    static ReadOnlySpan<float> WeightsOf(LayerProbe layer, int unit) => layer.Weights.AsSpan(unit * layer.Inputs, layer.Inputs);
}
