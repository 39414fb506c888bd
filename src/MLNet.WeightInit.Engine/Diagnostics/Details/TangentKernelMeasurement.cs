using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>The tangent kernel, from the products of rows' signals and of their gradients: ∂f/∂W is δ hᵀ, so that two rows' derivatives have the product (δ · δ′)(h · h′), and one more δ · δ′ for the biases.</summary>
internal static class TangentKernelMeasurement
{
    public const int MostOutputs = 10;

    const int MostRows = 64;

    /// <param name="probe">Whose rows are <paramref name="rows"/>.</param>
    /// <returns>Null under batch normalization, which makes one row's outputs depend on others, for less than two different rows, and where a figure isn't finite.</returns>
    public static NeuralTangentKernel? Measure(FeedForwardNetwork network, NetworkProbe probe, BatchGatherer gatherer, ReadOnlySpan<int> rows, PassKernels kernels, long seed)
    {
        if (network.Layout.Normalization == Normalization.Batch)
            return null;
        int[] places = Different(probe), chosen = new int[places.Length];
        if (places.Length < 2)
            return null;
        for (int i = 0; i < places.Length; i++)
            chosen[i] = rows[places[i]];
        var gradients = new AlignedBuffer(network.Parameters.Length);
        var pass = new NetworkPass(network, chosen.Length, kernels, gradients, keepPreActivations: true, sparse: gatherer.Data.IsSparse ? new SparseInput(kernels.Level, network.Inputs) : null);
        pass.Gather(gatherer, chosen);
        pass.Forward(chosen.Length);
        double[] inputs = InputProducts(probe, places);
        double[][] signals = [.. pass.Layers.Select((_, index) => index == 0 ? inputs : new double[inputs.Length])], kernelsOfLayers = [.. pass.Layers.Select(_ => new double[inputs.Length])];
        kernels.Pool.Run(pass.Layers.Count - 1, index => AddProducts(pass.Layers[index].Passed.Span, pass.Layers[index].Layout.Outputs, pass.Layers[index].Stride, signals[index + 1]));
        var random = new RandomSource(seed, "diagnostics/tangents");
        int outputs = network.Layout.Outputs, directions = Math.Min(outputs, MostOutputs);
        for (int direction = 0; direction < directions; direction++)
        {
            if (direction > 0 && network.Layout.Normalization != Normalization.None)
                pass.Forward(chosen.Length);                   // the way back has overwritten the normalized values
            Ask(pass.Last, chosen.Length, outputs, direction, random);
            pass.Backward();
            kernels.Pool.Run(pass.Layers.Count, index =>
            {
                LayerPass layer = pass.Layers[index];
                var products = new double[inputs.Length];
                AddProducts(layer.SumGradient.Span, layer.Layout.Outputs, layer.Stride, products);
                for (int i = 0; i < products.Length; i++)
                    kernelsOfLayers[index][i] += products[i] * (signals[index][i] + 1) / directions;
            });
        }
        var kernel = new double[inputs.Length];
        foreach (double[] layer in kernelsOfLayers)
            DoubleVectors.AddScaled(layer, outputs > MostOutputs ? 1.0 / outputs : 1, kernel);
        GC.KeepAlive(pass);
        return Figures(kernel, chosen.Length, probe, places);
    }

    /// <summary>∂/∂f of one output, or of all with random signs.</summary>
    static void Ask(LayerPass last, int rows, int outputs, int direction, RandomSource random)
    {
        Span<float> asked = last.Gradient.Span;
        asked.Clear();
        for (int output = 0; output < outputs; output++)
        {
            float factor = outputs <= MostOutputs ? output == direction ? 1 : 0 : (random.NextUInt32() & 1) == 0 ? 1 : -1;
            for (int row = 0; row < rows; row++)
                asked[row * last.Stride + output] = factor;
        }
    }

    static NeuralTangentKernel? Figures(double[] kernel, int rows, NetworkProbe probe, int[] places)
    {
        double trace = 0, asked = 0, aligned = 0;
        for (int row = 0; row < rows; row++)
            trace += kernel[row * rows + row];
        LayerProbe output = probe.Layers[^1];
        var product = new double[rows];
        for (int unit = 0; unit < output.Units; unit++)
        {
            var wanted = new double[rows];
            double mean = 0;
            for (int row = 0; row < rows; row++)
                mean += (wanted[row] = -output.PreActivationGradients.Span[places[row] * output.Stride + unit]) / rows;
            for (int row = 0; row < rows; row++)
                wanted[row] -= mean;
            for (int row = 0; row < rows; row++)
                product[row] = DoubleVectors.Dot(kernel.AsSpan(row * rows, rows), wanted);
            asked += DoubleVectors.Dot(wanted, wanted);
            aligned += DoubleVectors.Dot(product, wanted);
        }
        double[] eigenvalues = SingularValues.Of([.. kernel], rows, rows);     // symmetric and positive: they are the same
        if (!double.IsFinite(trace) || !double.IsFinite(eigenvalues[0]))
            return null;
        return new NeuralTangentKernel
        {
            Rows = rows,
            Condition = eigenvalues[^1] > 1e-15 * eigenvalues[0] ? SignificantDigits.Round(eigenvalues[0] / eigenvalues[^1]) : eigenvalues[0] > 0 ? double.PositiveInfinity : double.NaN,
            MeanDiagonal = SignificantDigits.Round(trace / rows),
            Alignment = asked > 0 && trace > 0 ? SignificantDigits.Round(aligned / (asked * trace)) : double.NaN,
        };
    }

    /// <summary>Rows of the probe, evenly spread, of which no two have the same features.</summary>
    static int[] Different(NetworkProbe probe)
    {
        int candidates = Math.Min(probe.Rows, 2 * MostRows);
        int[] places = [.. Enumerable.Range(0, candidates).Select(i => (int)((long)probe.Rows * i / candidates))];
        double[] products = InputProducts(probe, places);
        List<int> chosen = [];
        // First the even ones, so that fewer rows are spread as well.
        foreach (int candidate in Enumerable.Range(0, candidates).OrderBy(i => i % 2).ThenBy(i => i))
            if (chosen.Count < MostRows && chosen.TrueForAll(other => Distance(products, candidates, candidate, other) > 1e-9 * products[candidate * candidates + candidate]))
                chosen.Add(candidate);
        chosen.Sort();
        return [.. chosen.Select(candidate => places[candidate])];
    }

    static double Distance(double[] products, int count, int left, int right) => products[left * count + left] + products[right * count + right] - 2 * products[left * count + right];

    static double[] InputProducts(NetworkProbe probe, int[] places)
    {
        int inputs = probe.Layers[0].Inputs, count = places.Length;
        var products = new double[count * count];
        var dense = new float[probe.SparseInputs is null ? 0 : inputs];
        for (int left = 0; left < count; left++)
        {
            Spread(probe.SparseInputs, places[left], dense, isCleared: false);
            for (int right = 0; right <= left; right++)
                products[left * count + right] = products[right * count + left] = probe.SparseInputs is { } sparse ? Product(sparse, places[right], dense)
                    : DoubleVectors.Dot(probe.Inputs!.Span.Slice(places[left] * probe.InputStride, inputs), probe.Inputs.Span.Slice(places[right] * probe.InputStride, inputs));
            Spread(probe.SparseInputs, places[left], dense, isCleared: true);
        }
        return products;
    }

    /// <summary>Writes a sparse row's values, or zeros in their places; nothing for dense rows.</summary>
    static void Spread(SparseBatch? batch, int row, float[] dense, bool isCleared)
    {
        for (int i = batch?.Starts[row] ?? 0; i < (batch?.Starts[row + 1] ?? 0); i++)
            dense[batch!.Columns[i]] = isCleared ? 0 : batch.Values[i];
    }

    static double Product(SparseBatch batch, int row, float[] dense)
    {
        double sum = 0;
        for (int i = batch.Starts[row]; i < batch.Starts[row + 1]; i++)
            sum += (double)dense[batch.Columns[i]] * batch.Values[i];
        return sum;
    }

    /// <summary>Adds the products of all pairs of rows.</summary>
    static void AddProducts(ReadOnlySpan<float> block, int columns, int stride, double[] products)
    {
        int rows = (int)Math.Sqrt(products.Length);
        for (int left = 0; left < rows; left++)
            for (int right = 0; right <= left; right++)
            {
                double product = DoubleVectors.Dot(block.Slice(left * stride, columns), block.Slice(right * stride, columns));
                products[left * rows + right] += product;
                if (left != right)
                    products[right * rows + left] += product;
            }
    }
}
