using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Theory;

/// <summary>What bands must know of the rows as the first layer sees them.</summary>
/// <param name="Count">Rows.</param>
/// <param name="LengthSpread">E (x²)² / (E x²)² of their squared lengths.</param>
/// <param name="CommonShare">Share of Σ x² that lies along the vector of ones, where the mean of the weights, which is known, meets it.</param>
/// <param name="Unresolved">Variance of ln x² within <see cref="MeanFieldRecursion"/>'s groups of rows, which it takes for equally long.</param>
internal readonly record struct ProbeRows(int Count, double LengthSpread, double CommonShare, double Unresolved)
{
    /// <param name="rows">Σ x and Σ x² of each row.</param>
    /// <param name="inputs">The first layer's.</param>
    public static ProbeRows Of((double Sum, double SquaredSum)[] rows, int inputs, double lengthSpread)
    {
        double sums = 0, squares = 0;
        foreach ((double sum, double squaredSum) in rows)
            (sums, squares) = (sums + sum / rows.Length, squares + squaredSum / rows.Length);
        return new(rows.Length, lengthSpread, squares > 0 ? Math.Min(1, sums * sums / (squares * inputs)) : 0, MeanFieldRecursion.VarianceWithinGroups(rows));
    }
}

/// <summary>What bands must know of the gradient by the outputs.</summary>
/// <param name="SquaredCosines">Mean squared cosines of pairs of rows, by the groups of <see cref="SimilarityLayer.Correlations"/>.</param>
/// <param name="Spread">E (δ²)² / (E δ²)² of the rows' squared lengths.</param>
/// <param name="Alignment">Of <see cref="GradientAlignment.AtOutput"/>.</param>
/// <param name="LogLength">ln of the last hidden layer's mean square output over the predicted one.</param>
internal readonly record struct OutputGradients(double[] SquaredCosines, double Spread, double Alignment, double LogLength)
{
    /// <param name="layers">As probed.</param>
    /// <param name="similarities">As predicted.</param>
    public static OutputGradients Of(IReadOnlyList<LayerProbe> layers, IReadOnlyList<SimilarityLayer> similarities, RowSimilarity rows, int count)
    {
        LayerProbe output = layers[^1];
        (double[] squaredCosines, double spread) = rows.SquaredCosines(output.PreActivationGradients.Span, output.Units, output.Stride);
        return new OutputGradients(squaredCosines, spread, GradientAlignment.AtOutput(output, similarities[^1], count), layers.Count > 1 ? LogLengthOf(layers[^2], similarities[^2].Output!.SquaredValue, count) : 0);
    }

    static double LogLengthOf(LayerProbe layer, double predicted, int rows)
    {
        double norm = FixedOrderSums.Norm(layer.Activations.Span, rows, layer.Units, layer.Stride), ratio = norm * norm / ((double)rows * layer.Units * predicted);
        return ratio > 0 && double.IsFinite(ratio) ? ScalarMath.Log(ratio) : 0;
    }
}
