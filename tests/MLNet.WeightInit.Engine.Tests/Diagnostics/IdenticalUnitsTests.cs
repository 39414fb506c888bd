using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class IdenticalUnitsTests
{
    [Test]
    public void Twins_share_weights_bias_and_gradient()
    {
        float[] weights = [1, 2, 1, 2, 1, 2, 1, 2, 3, 4];
        float[] biases = [0, 0, 0, 1, 0];
        float[][] gradients = [[1, 1, 1, 1, 1], [2, 2, 3, 2, 2]];
        // Units 0 and 1 are twins; 2 has another gradient, 3 another bias, 4 other weights.
        LayerProbe layer = Probes.Layer([new float[5], new float[5]], weights, biases, gradients: gradients, inputs: 2);
        Assert.That(IdenticalUnits.IdenticalShare(layer, 2), Is.EqualTo(0.4));
        Assert.That(IdenticalUnits.Distinct(layer, 2), Is.EqualTo(4));
    }

    [Test]
    public void Two_families_of_twins_count_both()
    {
        LayerProbe layer = Probes.Layer([new float[5]], [1, 1, 2, 2, 3], inputs: 1);
        Assert.That(IdenticalUnits.IdenticalShare(layer, 1), Is.EqualTo(0.8));
        Assert.That(IdenticalUnits.Distinct(layer, 1), Is.EqualTo(3));
    }

    [Test]
    public void One_unit_has_no_twin()
        => Assert.That(IdenticalUnits.IdenticalShare(Probes.Layer([new float[1]], [0], inputs: 1), 1), Is.Zero);

    [TestCase(17)]
    [TestCase(64)]
    [TestCase(784)]
    public void Parallel_and_opposite_vectors_are_found_among_random_ones(int inputs)
    {
        const int Units = 200;
        float[] weights = Networks.Values(Units * inputs, 3);
        for (int input = 0; input < inputs; input++)
        {
            weights[5 * inputs + input] = 3 * weights[190 * inputs + input];
            weights[7 * inputs + input] = -0.5f * weights[100 * inputs + input];
        }
        LayerProbe layer = Probes.Layer([new float[Units]], weights, inputs: inputs);
        Assert.That(IdenticalUnits.ParallelShare(layer), Is.EqualTo(4.0 / Units));
    }

    // |cos| of (1, t) and (1, 0) is 1 / √(1 + t²): 0.999 at t = 0.04475.
    [TestCase(0.044f, 1)]
    [TestCase(0.045f, 0)]
    public void Parallel_begins_at_a_cosine_of_0_999(float tangent, double share)
        => Assert.That(IdenticalUnits.ParallelShare(Probes.Layer([new float[2]], [1, 0, 1, tangent], inputs: 2)), Is.EqualTo(share));

    [Test]
    public void Wide_layers_are_not_compared_pair_by_pair()
        => Assert.That(IdenticalUnits.ParallelShare(Probes.Layer([new float[513]], new float[513], inputs: 1)), Is.NaN);

    [Test]
    public void Zero_vectors_are_parallel_to_nothing()
        => Assert.That(IdenticalUnits.ParallelShare(Probes.Layer([new float[3]], new float[6], inputs: 2)), Is.Zero);
}
