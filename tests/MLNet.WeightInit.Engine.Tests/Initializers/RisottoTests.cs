using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>Residual networks that start as an isometry: measured by a network in double loops.</summary>
[TestFixture]
internal sealed class RisottoTests
{
    static InitializationPlan Plan(string activation, int units, int branches, int branchDepth, int inputs = 12, bool isNormalized = false)
    {
        (int, int, string)[] layers = [(inputs, units, activation), .. Enumerable.Repeat((units, units, activation), branches * branchDepth), (units, 4, "Identity")];
        return PlanExecution.Build(layers, new Risotto(), residual: branches > 0 ? new ResidualBlocks(branchDepth) : null, isNormalized: isNormalized);
    }

    static double[] Multiply(float[] weights, double[] vector)
        => [.. Enumerable.Range(0, weights.Length / vector.Length).Select(row => vector.Select((value, column) => weights[row * vector.Length + column] * value).Sum())];

    /// <summary>The stream before the output, and what the output gives.</summary>
    static (double[] Stream, double[] Output) Run(InitializationPlan plan, Func<double, double> activation, double[] features, int branchDepth, long seed)
    {
        float[][] weights = [.. plan.Weights.Select(tensor => PlanExecution.Fill(tensor, seed))];
        double[] stream = Multiply(weights[0], features);
        for (int first = 1; first < weights.Length - 1; first += branchDepth)
        {
            double[] branch = stream;
            for (int layer = first; layer < first + branchDepth; layer++)
                branch = Multiply(weights[layer], [.. branch.Select(activation)]);
            stream = [.. stream.Zip(branch, (x, added) => x + added)];
        }
        return (stream, Multiply(weights[^1], [.. stream.Select(activation)]));
    }

    static readonly (string Name, Func<double, double> Function)[] s_exact =
        [("ReLU", z => Math.Max(0, z)), ("LeakyReLU(slope=0.3)", z => z > 0 ? z : 0.3 * z), ("SiLU", z => z / (1 + Math.Exp(-z))), ("Softplus", z => Math.Log(1 + Math.Exp(z))), ("Identity", z => z)];

    /// <summary>Up to 60 matrices whose entries are rounded to floats, and orthogonal to a few times 2⁻²⁴ each.</summary>
    [Test]
    public void Blocks_turn_the_stream_and_keep_its_length([Values(1, 2, 3)] int branchDepth, [Values(1, 20)] int branches, [Values(1, 2)] long seed)
    {
        double[] features = [.. Enumerable.Range(0, 12).Select(i => Math.Sin(3 * i + seed))], other = [.. features.Select((value, i) => 2 * value - i * 0.1)];
        double length = Math.Sqrt(features.Sum(value => value * value)), cosine = features.Zip(other, (a, b) => a * b).Sum();
        foreach ((string name, Func<double, double> function) in s_exact)
        {
            InitializationPlan plan = Plan(name, 32, branches, branchDepth);
            (double[] stream, double[] output) = Run(plan, function, features, branchDepth, seed);
            double[] second = Run(plan, function, other, branchDepth, seed).Stream;
            Assert.That(stream.Take(16).Zip(stream.Skip(16), (up, down) => up + down), Is.All.EqualTo(0).Within(1e-5), "pairs");
            Assert.That(Math.Sqrt(stream.Sum(value => value * value) / 2), Is.EqualTo(length).Within(1e-5 * length), name);
            Assert.That(stream.Zip(second, (a, b) => a * b).Sum() / 2, Is.EqualTo(cosine).Within(3e-5 * Math.Abs(cosine) + 1e-5), "angles, too");
            Assert.That(output.Sum(value => value * value), Is.LessThan(length * length + 1e-5).And.GreaterThan(0), "four orthonormal rows of sixteen");
        }
    }

    [Test]
    public void Each_block_turns_by_a_matrix_of_its_own_and_starts_far_from_the_identity()
    {
        InitializationPlan plan = Plan("ReLU", 32, 3, 2);
        float[][] ends = [.. plan.Weights.Where(tensor => tensor.Shape.EndsBranch).Select(tensor => PlanExecution.Fill(tensor, 1))];
        Assert.That(ends, Has.Length.EqualTo(3));
        Assert.That(ends[0], Is.Not.EqualTo(ends[1]));
        foreach ((float[] end, PlannedTensor tensor) in ends.Zip(plan.Weights.Where(tensor => tensor.Shape.EndsBranch)))
        {
            // ‖M − I‖² = 2 h − 2 tr M, and tr M of a Haar matrix has variance 1: E v² = 2 / h within 5 · 2 / h².
            double meanSquare = end.Average(value => (double)value * value);
            Assert.That(meanSquare, Is.EqualTo(2.0 / 16).Within(10.0 / 256));
            Assert.That(tensor.Initializer!.TargetDeviation(tensor.Shape), Is.EqualTo(Math.Sqrt(2.0 / 16)).Within(1e-9));
            Assert.That(tensor.Reason, Does.Contain("M − I").And.Contain("Gadhikar and Burkholz 2023"));
        }
        Assert.That(PlanExecution.Fill(plan.Weights[2], 2), Is.Not.EqualTo(ends[0]), "another seed");
    }

    [Test]
    [Category("Golden")]
    [Category("Fused")]
    public void The_bytes_of_a_residual_network_never_change()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (PlannedTensor tensor in Plan("ReLU", 64, 3, 2).Weights)
            hash.AppendData(MemoryMarshal.AsBytes(PlanExecution.Fill(tensor, 1).AsSpan()));
        Assert.That(Convert.ToHexStringLower(hash.GetHashAndReset()), Is.EqualTo("a27e342fc3dce6c5424464cc74dcc467516358b75b003ce2b00e858e40c22e94"));
    }

    [Test]
    public void Without_blocks_and_alone_it_is_looks_linear()
    {
        foreach ((PlannedTensor own, PlannedTensor mirrored) in Plan("GELU", 32, 0, 1).Weights.Zip(PlanExecution.Build([(12, 32, "GELU"), (32, 4, "Identity")], new LooksLinear()).Weights))
            Assert.That(PlanExecution.Fill(own, 1), Is.EqualTo(PlanExecution.Fill(mirrored, 1)));
        Assert.That(Fills.Of("risotto", WeightShape.Dense(8, 6)), Is.EqualTo(Fills.Of("looks_linear", WeightShape.Dense(8, 6))));
    }

    [Test]
    public void Widths_that_dont_pair_are_named()
    {
        Assert.That(() => Plan("ReLU", 31, 2, 2), Throws.InstanceOf<Exception>().With.Message.Contains("even number").And.Message.Contains("31"));
        (int, int, string)[] bottleneck = [(12, 32, "ReLU"), (32, 16, "ReLU"), (16, 32, "ReLU"), (32, 4, "Identity")];
        Assert.That(() => PlanExecution.Build(bottleneck, new Risotto(), residual: new ResidualBlocks(2)), Throws.InstanceOf<Exception>().With.Message.Contains("one width").And.Message.Contains("hidden[1].weights"));
    }
}
