using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Randomness;

namespace MLNet.WeightInit.Engine.Tests.Initializers;

/// <summary>The bits of initializers that look at a tensor's place: one hash over a tall, a wide and a square tensor, a first, an inner, an ending and an output layer, and a bias.</summary>
[TestFixture, Category("Golden"), Category("Fused"), Category("Determinism")]
internal sealed class FillGoldenTests
{
    static readonly (string Specification, string Hash)[] s_goldens =
    [
        ("orthogonal(gain=1.4142135, keep_variance=true)", "87e3df7e2c679d707fd05f0014af4348bc30bc8035bafaac124b8357b7a784a4"),
        ("sparse(sparsity=0.3)", "997960bff353c1fe7c1dd80c269d8f913693853c8695cf6afc887f55d26a5e76"),
        ("martens", "f4dfbb8a3d78e26072467a168379192933b42072a17f3d3d3cbc5f0b3fe1315a"),
        ("nguyen_widrow", "68ef5740cc9b9fb82d72cd0e1c067527b5cd0fcb27a642c8aa4f2fca1dd92ec4"),
        ("random_walk", "fe2d44e58a585906c6d7a730baf4a7090a0fb3ce205b593a3ae329ff492059b9"),
        ("edge_of_chaos", "8cf88a58cd03d67cbd6c9355a541ce6ce21764717192c80a66039fd4731cb883"),
        ("looks_linear", "c35ef238a4338ea94855024bba1466fba822e816795b105cd846f9ae1b5d0570"),
        ("hadamard_identity", "44a13a57675483ea89f9c25ceb7946c3bf0624d1bbabdb3c2cd49dbc60b86f7e"),
        ("idinit", "501d54f4ee5aa4ee1de4ac8b58dee6bb0c9f5b91a75ac53481414fe6c5c5b7d9"),
        ("prior(hidden=0.1)", "525a8bb1eeda0f8e79035eea9192c75746a9ec3c4d3c15ec2238cc55565e3d23"),
        ("mup", "b880665d51443dfe3e9dcce5b7425718494fd3776df432909f7025907cb31378"),
        ("selu", "a9138f7aacc3f6eca4da789803e43dbe2551ee602d7c679fb2e26256cdfb7893"),
        ("siren", "2d222c4a95e5bd9a15883e696e98c5c2cc769d5e84146056d2f6d19c89cabab6"),
        ("ppo(value_outputs=1)", "18bc8304ba46100f5fad6035429ccc497d3cf6eca5fc5ae0c60758ca42ce8ae9"),
        ("gpt2", "e5f5ca0b39d77735c2d3ef8a9ed77da307c53203c2b738f5aa15774655fc62d7"),
        ("bert", "37a89533b7a73fbd81b96b08b1e23c0fb6f69a25e5d8c56bb8fa2a54b1526e58"),
        ("dcgan", "7c9b0444612535fb715dfbcf953653cb9d531435dd2a1108f81c62bad78d4e5b"),
        ("autoencoder(encoder=he)", "5900d65ea82517f78278ca25df908efebd5e2dee8ad7343e94538cb3ddf5a1bc"),
        ("recipe(hidden=he, first=lecun, branch_end=zeros, output=normal(deviation=0.1), bias=uniform(limit=0.2))", "ff205c0bfd7f5d13566a4d9efcd0ac251e5693dcbdbd95eb9f31b0fa6835f4d0"),
    ];

    static IEnumerable<TestCaseData> Goldens() => s_goldens.Select(golden => new TestCaseData(golden.Specification, golden.Hash).SetArgDisplayNames(golden.Specification));

    static IEnumerable<WeightShape> Shapes()
    {
        foreach (string activation in (string[])["ReLU", "Tanh", "LeakyReLU(slope=0.2)", "Sin"])
        {
            yield return Fills.Layer(38, 54, activation);
            yield return Fills.Layer(54, 38, activation, index: 0);
            yield return Fills.Layer(32, 32, activation) with { ResidualBranches = 3, BranchDepth = 2, BranchLayer = 2 };
            yield return Fills.Layer(24, 5, activation, index: 2);
            yield return Fills.Layer(38, 54, activation) with { Columns = 1, Role = TensorRole.Bias };
        }
    }

    static string Hash(WeightInitializer initializer, SimdLevel level)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int index = 0;
        foreach (WeightShape shape in Shapes())
        {
            var weights = new float[shape.Count];
            initializer.Fill(weights, shape, new RandomSource(42, StreamKey.Of($"golden/{index++}"), level));
            all.AppendData(MemoryMarshal.AsBytes<float>(weights));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    [TestCaseSource(nameof(Goldens))]
    public void The_bytes_of_a_fill_never_change_at_any_width(string specification, string hash)
    {
        WeightInitializer initializer = Fills.Registry.Parse(specification);
        foreach (SimdLevel level in (SimdLevel[])[SimdLevel.Width128, SimdLevel.Width256, SimdLevel.Width512])
            Assert.That(Hash(initializer, level), Is.EqualTo(hash), level.ToString());
    }

    /// <summary>One object fills from eight threads at once what it fills from one: it has no state.</summary>
    [TestCaseSource(nameof(Goldens))]
    public void Eight_threads_that_share_an_initializer_get_the_same_bytes(string specification, string hash)
    {
        WeightInitializer initializer = Fills.Registry.Parse(specification);
        var hashes = new string[8];
        var threads = new Thread[8];
        for (int i = 0; i < threads.Length; i++)
        {
            int own = i;
            threads[i] = new Thread(() => hashes[own] = Hash(initializer, SimdLevels.Best));
            threads[i].Start();
        }
        foreach (Thread thread in threads)
            thread.Join();
        Assert.That(hashes, Is.All.EqualTo(hash));
    }
}
