using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>The promise of equal bytes, held to numbers: one hash a configuration, on any number of threads and at every width with fused multiply-add.</summary>
/// <remarks>A hash that changes means that models trained before can't be made again: change it only on purpose, and say so in the changelog.</remarks>
[TestFixture]
[Category("Golden")]
[Category("Determinism")]
[Category("Fused")]
internal sealed class ModelGoldenTests
{
    static readonly TrainingSet s_classes = Trainings.Rings(150, features: 37, classes: 5), s_weighted = Trainings.Rings(150, features: 3, classes: 2, weighted: true), s_values = Trainings.Waves(150, features: 50);

    static IEnumerable<TestCaseData> Configurations()
    {
        (string Name, TrainingSet Data, TrainingOptions Options, string Hash)[] all =
        [
            ("relu adam", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2), "2f5a298cf02e36c77c119c923319e7d8c5fa57171062feab6210ce265536b7c8"),
            ("no hidden layer", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [], epochs: 3), "a158f3096c01016571caeea7c350e053e79966260a76521a4fc16256cb18e2dd"),
            ("odd sizes", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [129, 47, 3], "SiLU", batchSize: 33, epochs: 2), "e74088f1e2c7cd3a0cc2cce249b94cff3d70954d18bf1cae483e03c05acc53a7"),
            ("twenty layers", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(20, 20)], "SELU", init: "lecun", epochs: 2), "30423d06434555d45c3d03b8324e15de0da7a9defcec2972f245f73aca65d386"),
            ("wide enough for threads", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], "Tanh", init: "orthogonal", batchSize: 64, epochs: 1), "6f86d6aee38151d39b53c407322bbb81a836d9c47ec766aa6235a85e1ffbb258"),
            ("gelu adamw", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], "GELU", optimizer: "AdamW", epochs: 2), "96fe4446f3dadcd7f509ee08d5b41b3e5aff4a8434f0966ab0b6e01faadb3ff8"),
            ("huber momentum", s_values, Trainings.Options(NetworkTask.Regression, 1, [40, 40], "Softplus", "Huber", "Momentum", epochs: 2), "2e8567da9673ed17bea434134edeb3942132a97dbf4cac0d16df1a3802b2fba8"),
            ("absolute rmsprop", s_values, Trainings.Options(NetworkTask.Regression, 1, [40], "Mish", "Absolute", "RMSProp", epochs: 2), "cb2e84017e1b113168d02a8c3b882e8b103c3de709e6e7711039f983e4eff93b"),
            ("weighted binary nesterov", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Erf", optimizer: "Nesterov", epochs: 3), "c0d1e75e32242e0f06e98357006fae4d8bec8e0fe83859b221a10c25e3734dc0"),
            ("sgd sine", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], "Sin", optimizer: "SGD", init: "glorot_uniform", epochs: 3), "5749008243900f0e45e0ea6dc65bc9d595e989123ddd014dbfe0f19ec48c7d05"),
            ("early stopping", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], "LeakyReLU(slope=0.2)", epochs: 40) with { ValidationFraction = 0.3f, Patience = 2 }, "6bef93f6ed9466f6a1f5d7441cc4aa0ce69a0a3d317e0e6a0ccbdc05e278905a"),
            ("epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], "ELU", batchSize: 64, epochs: null) with { Patience = 3 }, "b139ad1a1e8e9459cbf336d40fff69a15108db2c3c0677f93873b5ea580d37b4"),
        ];
        return all.Select(entry => new TestCaseData(entry.Data, entry.Options, entry.Hash).SetArgDisplayNames(entry.Name));
    }

    [TestCaseSource(nameof(Configurations))]
    public void A_configuration_gives_one_model(TrainingSet data, TrainingOptions options, string hash)
    {
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            foreach (SimdLevel level in Widths.Fused)
            {
                byte[] model = Trainings.Bytes(NetworkTrainer.Train(data, options with { Threads = threads, Simd = level }).Network);
                Assert.That(Convert.ToHexStringLower(SHA256.HashData(model)), Is.EqualTo(hash), $"{threads} threads, {level}");
            }
        }
    }
}
