using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;

namespace MLNet.WeightInit.Engine.Tests.Network;

/// <summary>Layers of one to three outputs, whose products are turned over where there are rows enough.</summary>
[TestFixture]
[Category("Kernels")]
internal sealed unsafe class NarrowLayerTests
{
    /// <summary>One chain of multiply-adds a sum, in order: the contract of every product, in a loop that shares nothing with the kernels.</summary>
    [Test]
    public void Sums_and_weight_gradients_are_the_chains_in_order([Values(1, 2, 3, 4)] int outputs, [Values(1, 7, 16, 33, 127, 128, 129, 300)] int inputs, [ValueSource(typeof(Widths), nameof(Widths.Fused))] SimdLevel level)
    {
        FeedForwardNetwork network = Networks.Create(inputs, [], outputs);
        DenseLayer layer = network.DenseLayers[0];
        float[] weights = layer.GetWeights(), biases = layer.GetBiases(), features = Networks.Values(70 * inputs, 3, 2), upstream = Networks.Values(70 * outputs, 4);
        var gradients = new AlignedBuffer(network.Parameters.Length);
        var pass = new NetworkPass(network, 70, PassKernels.Create(level, WorkerPool.CallerOnly), gradients);
        foreach (int rows in (int[])[1, 15, 16, 17, 31, 32, 33, 48, 70])
        {
            for (int row = 0; row < rows; row++)
            {
                features.AsSpan(row * inputs, inputs).CopyTo(pass.Input.Span[(row * pass.InputStride)..]);
                upstream.AsSpan(row * outputs, outputs).CopyTo(pass.Last.Gradient.Span[(row * pass.Last.Stride)..]);
            }
            pass.Forward(rows);
            pass.Backward();
            for (int output = 0; output < outputs; output++)
            {
                for (int row = 0; row < rows; row++)
                {
                    float sum = biases[output];
                    for (int input = 0; input < inputs; input++)
                        sum = MathF.FusedMultiplyAdd(features[row * inputs + input], weights[output * inputs + input], sum);
                    Same(pass.Last.Output.Pointer[row * pass.Last.Stride + output], sum, $"{rows} rows, row {row}, output {output}");
                }
                for (int input = 0; input < inputs; input++)
                {
                    float sum = 0;
                    for (int row = 0; row < rows; row++)
                        sum = MathF.FusedMultiplyAdd(features[row * inputs + input], upstream[row * outputs + output], sum);
                    Same(gradients.Pointer[input * Panels.Padding + output], sum, $"{rows} rows, input {input}, output {output}");
                }
            }
        }
    }

    /// <summary>A feature that is not a number makes its row's scores so, whatever hides it behind the first layer, and no other row's.</summary>
    [Test]
    public void Rows_with_features_that_are_no_numbers_are_found_by_their_first_sum([Values(1, 2, 10)] int outputs, [Values(1, 20)] int rows, [Values] bool hidden,
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad, [Values] SimdLevel level)
    {
        const int Inputs = 40;
        FeedForwardNetwork network = Networks.Create(Inputs, hidden ? [3] : [], outputs, "ReLU", outputs == 10 ? NetworkTask.Multiclass : NetworkTask.Regression);
        var weights = new float[network.DenseLayers[0].Outputs * Inputs];                  // zeros: bad · 0 must count too
        for (int i = 0; i < weights.Length; i += 3)
            weights[i] = -1;
        network.DenseLayers[0].SetWeights(weights);
        var scorer = new NetworkScorer(network, rows, level);
        for (int place = 0; place < Inputs; place++)
        {
            float[] features = Networks.Values(rows * Inputs, 5), scores = new float[rows * outputs];
            int badRow = place % rows;
            features[badRow * Inputs + place] = bad;
            scorer.Score(features, rows, scores);
            for (int row = 0; row < rows; row++)
                Assert.That(scores.AsSpan(row * outputs, outputs).ToArray(), row == badRow ? Is.All.NaN : Has.None.NaN, $"bad feature {place} in row {badRow}, row {row}");
        }
    }

    static void Same(float found, float expected, string where)
    {
        if (BitConverter.SingleToInt32Bits(found) != BitConverter.SingleToInt32Bits(expected))
            Assert.Fail($"{where}: {found:R} instead of {expected:R}.");
    }
}
