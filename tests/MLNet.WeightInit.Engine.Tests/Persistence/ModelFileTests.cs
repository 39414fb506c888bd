using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Persistence;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Persistence;

[TestFixture]
internal sealed class ModelFileTests
{
    static readonly AffineScale s_features = new([1, 2, 3, 4, 5], [0.5f, 1, 0, 2, 4]);
    static readonly AffineScale s_targets = new([10, -10], [2, 3]);

    static FeedForwardNetwork Example() => Networks.Create(5, [7, 33], 2, "LeakyReLU(slope=0.2)", NetworkTask.Regression, s_features, s_targets);

    static byte[] Saved(FeedForwardNetwork network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }

    [Test]
    public void Load_gives_back_every_number_and_name()
    {
        FeedForwardNetwork network = Example();
        FeedForwardNetwork loaded = FeedForwardNetwork.Load(new MemoryStream(Saved(network)));
        Assert.That(loaded.Task, Is.EqualTo(NetworkTask.Regression));
        Assert.That(loaded.DenseLayers.Select(layer => (layer.Name, layer.Inputs, layer.Outputs, layer.Activation)),
            Is.EqualTo(new[] { ("hidden[0]", 5, 7, "LeakyReLU(slope=0.2)"), ("hidden[1]", 7, 33, "LeakyReLU(slope=0.2)"), ("output", 33, 2, "Identity") }));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(loaded.DenseLayers[i].GetWeights(), Is.EqualTo(network.DenseLayers[i].GetWeights()));
            Assert.That(loaded.DenseLayers[i].GetBiases(), Is.EqualTo(network.DenseLayers[i].GetBiases()));
        }
        Assert.That(loaded.FeatureScale.Means, Is.EqualTo(s_features.Means));
        Assert.That(loaded.FeatureScale.Scales, Is.EqualTo(s_features.Scales));
        Assert.That(loaded.TargetScale.Means, Is.EqualTo(s_targets.Means));
        Assert.That(loaded.TargetScale.Scales, Is.EqualTo(s_targets.Scales));
        Assert.That(Saved(loaded), Is.EqualTo(Saved(network)), "saving again must give the same bytes");
    }

    /// <summary>Of a file that was made to announce 2³¹ inputs of as many units: their product times four has more than 63 bits.</summary>
    [TestCase(5)]
    [TestCase((long)int.MaxValue * int.MaxValue)]
    [TestCase(long.MaxValue / 2)]
    public void More_numbers_than_are_left_are_damage(long count)
        => Assert.That(() => new PayloadReader(new byte[19]).CheckFloatsLeft(count), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void A_normalized_network_is_version_2_and_comes_back_whole([Values(Normalization.Layer, Normalization.Batch)] Normalization normalization)
    {
        FeedForwardNetwork network = Networks.Create(5, [7, 33], 2, "GELU", NetworkTask.Regression, s_features, s_targets, normalization: normalization);
        byte[] bytes = Saved(network);
        Assert.That(bytes[8], Is.EqualTo(2));
        Assert.That(Saved(Example())[8], Is.EqualTo(1), "what earlier releases can read stays as it was");
        FeedForwardNetwork loaded = FeedForwardNetwork.Load(new MemoryStream(bytes));
        Assert.That(Saved(loaded), Is.EqualTo(bytes));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(loaded.DenseLayers[i].GetNormalizationScales(), Is.EqualTo(network.DenseLayers[i].GetNormalizationScales()));
            Assert.That(loaded.DenseLayers[i].GetNormalizationShifts(), Is.EqualTo(network.DenseLayers[i].GetNormalizationShifts()));
            Assert.That(loaded.DenseLayers[i].GetRunningMeans(), Is.EqualTo(network.DenseLayers[i].GetRunningMeans()));
            Assert.That(loaded.DenseLayers[i].GetRunningVariances(), Is.EqualTo(network.DenseLayers[i].GetRunningVariances()));
        }
        float[] features = [0.3f, -2, 7, 1e4f, 0], before = new float[2], after = new float[2];
        network.Predict(features, before);
        loaded.Predict(features, after);
        Assert.That(after, Is.EqualTo(before));
        for (int i = 8; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x40;
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(damaged)), Throws.TypeOf<InvalidDataException>(), $"byte {i}");
        }
    }

    [Test]
    public void A_network_of_residual_blocks_is_version_3_and_comes_back_whole([Values] Normalization normalization)
    {
        byte[] bytes = Saved(Networks.Create(5, [7, 33, 7], 2, "GELU", NetworkTask.Regression, s_features, s_targets, normalization: normalization, branchDepth: 2));
        Assert.That(bytes[8], Is.EqualTo(3));
        Assert.That(Saved(FeedForwardNetwork.Load(new MemoryStream(bytes))), Is.EqualTo(bytes));
        for (int i = 8; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x40;
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(damaged)), Throws.TypeOf<InvalidDataException>(), $"byte {i}");
        }
    }

    /// <summary>As a newer release may write it, or a damaged file with a fitting checksum.</summary>
    [TestCase("RESIDUAL blocks", 2, "a part 'RESIDUAL blocks', which this library doesn't know")]
    [TestCase("residual blocks", 0, "0 layers in a residual branch")]
    [TestCase("residual blocks", 3, "at least 4 in all")]
    [TestCase("residual blocks", 1, "hidden[1], which ends the block")]
    public void A_part_that_does_not_fit_is_named(string name, int branchDepth, string message)
    {
        byte[] bytes = Saved(Networks.Create(5, [7, 33, 7], 2, branchDepth: 2));
        int at = bytes.AsSpan().IndexOf("residual blocks"u8);
        System.Text.Encoding.UTF8.GetBytes(name, bytes.AsSpan(at));
        BitConverter.TryWriteBytes(bytes.AsSpan(at + name.Length), branchDepth);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), MLNet.WeightInit.Engine.Kernels.Checksum.Of(bytes.AsSpan(20..^4)));
        Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Loaded_network_predicts_the_same_bits()
    {
        FeedForwardNetwork network = Example(), loaded = FeedForwardNetwork.Load(new MemoryStream(Saved(network)));
        float[] features = [0.3f, -2, 7, 1e4f, 0], before = new float[2], after = new float[2];
        network.Predict(features, before);
        loaded.Predict(features, after);
        Assert.That(after, Is.EqualTo(before));
    }

    [Test]
    public void File_is_four_bytes_a_parameter_and_a_small_header()
    {
        FeedForwardNetwork network = Networks.Create(784, [256, 128], 10);
        Assert.That(Saved(network).Length, Is.LessThanOrEqualTo(4 * network.ParameterCount + 1_000));
    }

    [Test]
    public void Every_truncation_is_an_error_that_says_so()
    {
        byte[] bytes = Saved(Example());
        for (int length = 0; length < bytes.Length; length += length < 64 ? 1 : 97)
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(bytes[..length])), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
    }

    [Test]
    public void Every_flipped_byte_is_an_error_and_never_a_wrong_model()
    {
        byte[] bytes = Saved(Example());
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= 0x40;
            Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(damaged)), Throws.TypeOf<InvalidDataException>(), $"byte {i}");
        }
    }

    [Test]
    public void Lengths_are_checked_before_anything_is_allocated()
    {
        byte[] bytes = Saved(Example());
        BitConverter.TryWriteBytes(bytes.AsSpan(12), 0x7f000000UL);        // two gigabytes announced, a kilobyte there
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("truncated"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8_000_000));
    }

    [Test]
    public void A_file_of_another_version_names_both_versions()
    {
        byte[] bytes = Saved(Example());
        bytes[8] = 9;
        Assert.That(() => FeedForwardNetwork.Load(new MemoryStream(bytes)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("version 9").And.Message.Contains("versions 1 to 3"));
    }

    [Test]
    public void Load_reads_only_its_own_bytes_of_a_longer_stream()
    {
        byte[] bytes = Saved(Example());
        var stream = new MemoryStream([.. bytes, 1, 2, 3]);
        FeedForwardNetwork.Load(stream);
        Assert.That(stream.Position, Is.EqualTo(bytes.Length));
    }
}
