using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>The bits of every initializer, for ever: a model that names its seed must come out the same on every machine and in every version.</summary>
[TestFixture, Category("Golden"), Category("Fused")]
public sealed class GoldenTests
{
    [TestCase("he", "50b47b3bfb96a2edff51a8f919e7d3b410bc7ad0fb2e7e9195e7c0efe89fb734")]
    [TestCase("he_uniform", "440254c0f00b1264928bd1b8586a14bfa47e5705dbe810a3906bd52086832716")]
    [TestCase("he_truncated", "c26911f9e1440e699409da08a1a0c482bde1f7ef6fa3232d09ca88cb3cd778e2")]
    [TestCase("glorot", "8a90c41bd729e34dfb6c9f5f6e467a9194b3836951ef8f2b3650ffe2984e2cba")]
    [TestCase("lecun", "dc7ba7aaf94341f6cef95cdd7835dfca00b181fa108b482f8f2ba194e19219f4")]
    [TestCase("variance_scaling(scale=0.3, mode=fan_geo)", "39faf7efaf2aefb6db1b5d55c785b22fa1e1295152dcf84b481c5c967e118ba2")]
    [TestCase("normal(deviation=0.05, mean=0.01)", "436361072bb4c09131d44965f4a84859fd50acc6e1c83827e37d7cf2dda00f04")]
    [TestCase("truncated_normal(deviation=0.02)", "a8cae5b01494dcdd205c9ecdc18119dafda57bc942892fce7129d992713046ea")]
    [TestCase("uniform(limit=0.1)", "456955f432a18720298a8b95244b073ecd0067efd1c97e50ebf29223eb2bcf7b")]
    [TestCase("uniform(minimum=-0.1, maximum=0.3)", "b10e04e6af28fe509328c7462500191da798b0b4b818062505697ab2c1340dfa")]
    [TestCase("orthogonal(gain=1.4142135)", "c571baeb26b243b6c7859dff7de87bead2a5927dcdbd4bf8b251bf2f76a24730")]
    [TestCase("identity(gain=0.5)", "4f4871d2a9fc32dae1f7c8425c1b5090cc971e3d210dc9143da11a6b0475a956")]
    [TestCase("delta_orthogonal", "41a900391386684470761aa889be64c45cd3722aca4daf21dce73da62353eaac")]
    [TestCase("spectral", "9dd249a685fe66cd9d96bb6e8652a87151c1b78dd9f1b71f4bfd1b75db02f3ff")]
    [TestCase("dirac", "2a8ac91b7bbd8ec18b82ded2a3a95c3b8194a7c059bf08044d4001b6411b7517")]
    [TestCase("forget_bias", "2254bfbbe677653bf09b628873719e5916704afde2fd91f157fe7bf8cd7f6626")]
    [TestCase("constant(value=0.1)", "a6cd58c8c43c146e5defdb14b1c878443ddeb6168d71e2d9cd9514c7f408123e")]
    [TestCase("zeros", "2254bfbbe677653bf09b628873719e5916704afde2fd91f157fe7bf8cd7f6626")]
    [TestCase("ones", "0af50d23c217783a27f41a3c07d7a7ddfe520308c7bec86f4fa30d7513b9d094")]
    [TestCase("pytorch_default", "77db29faf8b57c12d7dba39cbd3d03254f6f01b49e479bf4fe04c0ccc62bd368")]
    [TestCase("keras_default", "cd592e1e0daf6f52159a903a7f19db83cf137ebbf6faebad050778a32cf533e6")]
    [TestCase("small_logits", "f30ac553503e1765cc112fc0098e42feed593209f6155d608cdc4a479dd6a9d4")]
    [TestCase("auto", "dc7ba7aaf94341f6cef95cdd7835dfca00b181fa108b482f8f2ba194e19219f4")]
    public void The_bytes_of_a_fill_never_change_at_any_width(string specification, string hash) => AssertHash(specification, WeightShape.Dense(38, 53), hash);

    [TestCase("orthogonal", TensorLayout.OutputsFirst, "7ae35454ec4bb9e3dcc0699e80b7de12c8fdc6ff49b8eb206b2fe821c254bfc1")]
    [TestCase("orthogonal", TensorLayout.OutputsLast, "3ea6970f610de3a8f4d6300293f5a2149df74970651cf2a724b553e2fee59b6f")]
    [TestCase("delta_orthogonal", TensorLayout.OutputsFirst, "922ace91600998c3e48c27130eed9b36247a46e333c2e4fca768dbb585702281")]
    [TestCase("delta_orthogonal", TensorLayout.OutputsLast, "e7d7e75cbef7cbc441c288b78c06a96a79753607215a04ff0b1c57278c6457ed")]
    public void The_bytes_of_a_convolution_never_change_at_any_width(string specification, TensorLayout layout, string hash)
        => AssertHash(specification, WeightShape.Convolution(32, 96, [3, 3], groups: 2, layout), hash);

    static void AssertHash(string specification, WeightShape shape, string hash)
    {
        WeightInitializer initializer = InitializerRegistry.CreateDefault().Parse(specification);
        foreach (SimdLevel level in (SimdLevel[])[SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512])
        {
            var weights = new float[shape.Count];
            initializer.Fill(weights, shape, new RandomSource(42, StreamKey.Of("golden"), level));
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(weights))), Is.EqualTo(hash), level.ToString());
        }
    }
}
