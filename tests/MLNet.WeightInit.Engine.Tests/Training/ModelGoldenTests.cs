using System.Security.Cryptography;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Kernels;
using MLNet.WeightInit.Engine.Tests.Data;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Metrics;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>The promise of equal bytes, held to numbers: one hash a configuration, on any number of threads and at every width with fused multiply-add.</summary>
/// <remarks>A hash that changes means that models trained before can't be made again: change it only on purpose, and say so in the changelog.</remarks>
[TestFixture]
[Category("Golden")]
[Category("Determinism")]
[Category("Fused")]
internal sealed class ModelGoldenTests
{
    static readonly TrainingSet s_classes = Trainings.Rings(150, features: 37, classes: 5), s_weighted = Trainings.Rings(150, features: 3, classes: 2, weighted: true), s_values = Trainings.Waves(150, features: 50),
        s_products = Trainings.Products(150), s_sparse = SparseSets.Create(200, 900, 0.03), s_signs = Trainings.Signs(150, features: 9, outputs: 17),
        s_classWeighted = ClassWeighted(), s_categories = Trainings.WithCategories(150, features: 30, towns: 9_000), s_categoriesOnly = Trainings.WithCategories(150, features: 0), s_missing = Trainings.WithMissing(150, features: 37, classes: 5), s_counts = Trainings.Counts(150, features: 20), s_blends = Trainings.Blends(150, features: 50, weighted: true);

    static IEnumerable<TestCaseData> Configurations()
    {
        (string Name, TrainingSet Data, TrainingOptions Options, string Hash)[] all =
        [
            ("relu adam", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2), "f0c2732a1cf041e531b3a68b597db56cdcb59662cb086e67af133f82a979ac2d"),
            ("no hidden layer", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [], epochs: 3), "7872ef04b695963d3b80787c71ed64e6d21b6f5d8c3004b652aa279461a5b67e"),
            ("three values", s_products, Trainings.Options(NetworkTask.Regression, 3, [24], "Tanh", batchSize: 64, epochs: null) with { Patience = 3 }, "6e71f6b6c5fd152d2cc4cb0b4f2a588ed69c1a279977dfc26cd63f3786ebb95e"),
            ("seventeen labels", s_signs, Trainings.Options(NetworkTask.Multilabel, 17, [40], epochs: 20) with { ValidationFraction = 0.3f, Patience = 2 }, "d810f0e4eda3c377f8c6cf778518c55dabf7da80fa629a4b2db1e0b513d40cbc"),
            ("odd sizes", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [129, 47, 3], "SiLU", batchSize: 33, epochs: 2), "e89cf6f05a2300a052f56fc18101cbfe71af9c24dce5ccb79b97c20c8c4141c4"),
            ("twenty layers", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(20, 20)], "SELU", init: "lecun", epochs: 2), "879e3e77cf64e830bafebfc70772279bdce328bca47ce5cf1dde4d3bb8be00cd"),
            ("wide enough for threads", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], "Tanh", init: "orthogonal", batchSize: 64, epochs: 1), "da32422be11cb7b844de8cfadceb3937cf3e61774a3344b6ab24a4abdbde7507"),
            ("gelu adamw", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], "GELU", optimizer: "AdamW", epochs: 2), "96fe4446f3dadcd7f509ee08d5b41b3e5aff4a8434f0966ab0b6e01faadb3ff8"),
            ("huber momentum", s_values, Trainings.Options(NetworkTask.Regression, 1, [40, 40], "Softplus", "Huber", "Momentum", epochs: 2), "4b20edd17dffb8962d65b37bcec22ac26ee26684ffebd87a1ea23aeac0910441"),
            ("absolute rmsprop", s_values, Trainings.Options(NetworkTask.Regression, 1, [40], "Mish", "Absolute", "RMSProp", epochs: 2), "b590c16302147b2162b88bb2cf64468855e0f51768f7c892207e72e8b707a662"),
            ("weighted binary nesterov", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Erf", optimizer: "Nesterov", epochs: 3), "379d751e7e954cb454132ab9d60341cb6f4b3072a26b2f8a08f16fbc19482c94"),
            ("sgd sine", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], "Sin", optimizer: "SGD", init: "glorot_uniform", epochs: 3), "8c554c497646836eb790dfdd8deacff67c9d13c5f27cca63dd56c8dd925bf4cc"),
            ("early stopping", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], "LeakyReLU(slope=0.2)", epochs: 40) with { ValidationFraction = 0.3f, Patience = 2 }, "2675010454939fd3b6e709dfc42cb63d3cf2f6b5f0abb36e27afd85e08ac9e13"),
            ("stopping by AUC", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [16], batchSize: 16, epochs: 30) with { ValidationFraction = 0.3f, Patience = 6, Metric = Metrics.Parse("AUC"), MinimumImprovement = 0.002, MaximumSteps = 101 }, "7c1195b75c458afdc140d09d09596544d4e78cb015f9aebde6a710d6cb4f016d"),
            ("epoch search by accuracy", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = Metrics.Parse("MacroAccuracy"), RestoreBest = false }, "6f162c3f58f8a863dbbc75c324c3f6a1ffbd2e46b413390ee413e5ea2649413d"),
            ("epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], "ELU", batchSize: 64, epochs: null) with { Patience = 3 }, "3bdb1ad008b8d6835b41d05dfa89c95398352c4282684e95be8bf15c24a17122"),
            ("cosine with warm-up and restarts", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], epochs: 5) with { Schedule = Schedules.Parse("cosine(warmup=1, restarts=1)") }, "5001a23964606320d49d0b0fd05627237889e064ae67d8d1d036b99407b23333"),
            ("one cycle", s_values, Trainings.Options(NetworkTask.Regression, 1, [32], epochs: 3) with { Schedule = Schedules.Parse("one_cycle") }, "826eb87147850e39f3180bc7f57b2fafaab622eeeec6a9e363611d40ac4c7e0e"),
            ("plateau in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], batchSize: 64, epochs: null) with { Patience = 6, Schedule = Schedules.Parse("plateau(patience=1)") }, "298fc93dbc240ef895add134692fb6ddb2fe1df46cadad5a9b51013da9111131"),
            ("dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], batchSize: 64, epochs: 2) with { Dropout = new Dropout(0.3f, isAlpha: false) }, "b92fdc2487ab3ac00dacd1f5ce76f0fa16891070963b54a8fc8f4e3d5a374740"),
            ("dropout of pre-activations", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", epochs: 2) with { Dropout = new Dropout(0.5f, isAlpha: false) }, "cc4a134ac788560bf9b393778cd2e1ac807c2ae604d465ff20d18ddd791743a5"),
            ("alpha-dropout, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "SELU", batchSize: 64, epochs: null) with { Patience = 3, Dropout = new Dropout(0.1f, isAlpha: true) }, "9402b198c94acf5749ffe7275c996bdbba7d91f2e2371f4e0220d46ea650c939"),
            ("label smoothing", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], loss: "SoftmaxCrossEntropy(label_smoothing=0.1)", epochs: 2), "9be533c598f7ce8613234b73a5cc3971f501b35cdbfc6d1b7aedaf141a395fed"),
            ("class weights and label smoothing", s_classWeighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Tanh", "BinaryCrossEntropy(label_smoothing=0.1)", epochs: 3), "359254d1dbdd2d7f3b82a12cd8a8e5e13b9c393f5d28681fa06e56a872a04d77"),
            ("poisson", s_counts, Trainings.Options(NetworkTask.Regression, 1, [24], "GELU", "Poisson", epochs: 3), "efbfe293bb10a769167a63ea989a5df547ac65d52f2a9e8fc8b42b5100f4dbd7"),
            ("quantile", s_values, Trainings.Options(NetworkTask.Regression, 1, [24], "SiLU", "Quantile(level=0.9)", epochs: 3), "5309bfa4c802820f619b802d2c4b92741c009987ca1f282a25921c350e486a42"),
            ("quantiles", s_values, Trainings.Options(NetworkTask.Quantiles, 5, [24], "SiLU", "Quantiles(levels=(0.05, 0.25, 0.5, 0.75, 0.95))", epochs: 3) with { ValidationFraction = 0.2f }, "ed20029adc2f233f934f16b3d591a4c96122f69fd78d3ce7e7ba2f248d3e25d5"),
            ("several heads", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.MixedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "1f814b50ff108d17cab1ac958f92db0b37d2a25c9941328c5f8fd9b4909aa701"),
            ("several heads with class weights", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "b74d802b3266e175c9dd780d10e73b398378fc06f027a517cb4955692cc9267c"),
            ("several heads with class weights in the epoch search, by one's loss", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = new HeadMetric(Trainings.ClassWeightedLoss, 2, null) }, "23989a340c430395e5306b47275492719eff73e865b8bb423de6fb1cb78cb104"),
            ("several heads in the epoch search", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.MixedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3 }, "0a5238116d5b1005068520d82f2c4675fd5f01670317ee2e2e891bc4ff51d062"),
            ("lion", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], optimizer: "Lion", epochs: 2), "157c969f79d6678b6dcd2550289a7cc7717568b99e446891c762e7627be4e5b8"),
            ("lamb", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], optimizer: "LAMB", epochs: 1), "da78411260eca8871148e75f4f52093d8076bec3606f3be26e25b87540b7eb78"),
            ("clipping by norm", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 1) with { GradientClipping = new GradientClipping(isByNorm: true, 0.25f) }, "c20a8aa891602f4916fa699ab14db1b4801fd446b1726a2ef44c32a74f50137a"),
            ("clipping by value, l1 and max-norm", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], optimizer: "Momentum", epochs: 3) with { GradientClipping = new GradientClipping(isByNorm: false, 0.01f), L1 = 0.01f, MaxNorm = 1 }, "61a6ce78317b627bc600e5cfb6ab01fe3ef6dea437529f70f36bd4b732052a28"),
            ("averaged weights", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 3) with { EmaDecay = 0.9f, ValidationFraction = 0.2f }, "0d5944f7da95a48272340896dbc81735b3e2e5a86c2af7e085cb7dcbcfc89436"),
            ("layer normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Layer }, "8eb6708b08acc16f01fd03f3daec26d4217ca84f2468d283bfa4e42bfac8cdb3"),
            ("layer normalization of pre-activations, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Layer, Dropout = new Dropout(0.2f, isAlpha: false) }, "4b76bcb71c0cb86cfc30c5c08724ce54d63221523e406e899a8c83fdc5cdfd08"),
            ("sparse rows", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [256, 20], "GELU", batchSize: 64, epochs: 3), "3949c3494abe7571dfec698d5b3253df8f5c245a09871117f33259aca0408eef"),
            ("sparse rows, adamw, dropout, layer normalization, early stopping", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "AdamW", epochs: 12) with { Dropout = new Dropout(0.2f, isAlpha: false), Normalization = Normalization.Layer, ValidationFraction = 0.2f, Patience = 2 }, "9a6084b943036a3c33e2074c6502ee641019684e16d9f1cd260acecbd80e576f"),
            ("sparse rows, all weights updated", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "Momentum", epochs: 3) with { EmaDecay = 0.9f, MaxNorm = 1 }, "c19e7049ae996b680b2f5c75ee2a327c77c99ad7740a8461a2304829f5db228f"),
            ("sparse rows, epoch search", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: "Lion", batchSize: 64, epochs: null) with { Patience = 3 }, "eccd799df8f3bc92df738cfa8a760a847227f70c89ae2b92941591640638475f"),
            ("residual blocks", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [130, 40, 130, 256, 130], batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(2) }, "0af1d553c21ba0b2ba2d89288a7aac025f0cf7654e1ff68da37bc5e64b6a9b3c"),
            ("residual blocks of normalized layers, dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(128, 7)], "GELU", batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(3), Normalization = Normalization.Layer, Dropout = new Dropout(0.1f, isAlpha: false) }, "c0420b5537e8d670c8a8be92258ef06cb002bce584c6878a24efe124fc066259"),
            ("residual blocks of one layer that start at 0, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [12, 12, 12], batchSize: 64, epochs: null) with { Patience = 3, Residual = new ResidualBlocks(1) { Start = ResidualStart.ZeroWeights } }, "615f99f1fccd7495ee434acbd7662ce81ac0cabb8909e02f8c5ee616e6bb3e48"),
            ("weight normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { WeightNormalization = true }, "7664740d025fc4ea8955ec1be74bc0dd1474e345259bcd65210dc8b7657adf99"),
            ("weight normalization, lamb and the rest", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 33], "Tanh", optimizer: "LAMB", epochs: 3) with { WeightNormalization = true, GradientClipping = new GradientClipping(isByNorm: true, 0.5f), L1 = 1e-3f, MaxNorm = 1.5f, EmaDecay = 0.8f, Normalization = Normalization.Layer }, "64530741de79432c08ee28a6a7fdca5c67664e2ef575b164f4fe42f79bed93b8"),
            ("l-bfgs", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], "Tanh", optimizer: "L-BFGS(memory=3)", batchSize: 64, epochs: 6), "2acb8d596b9fb506dc56c643dd9f02fa872c8cdb18f9ed822f435e34c382eea7"),
            ("l-bfgs, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], optimizer: "L-BFGS", batchSize: 33, epochs: null) with { Patience = 5 }, "7a124605014b8d84d94ba48f8ef13f547168a8f55af0ecf41d082e8affd40788"),
            ("missing values", s_missing, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2) with { FillsMissing = true }, "ac216f80bcff63431e3dd719357885c9ac9f32f58e1062854e0ac34fa9b90075"),
            ("embeddings", s_categories, Trainings.Options(NetworkTask.Multiclass, 3, [64, 32], epochs: 2) with { Embeddings = Trainings.Categories(towns: 9_000) }, "c99c6a0b11c99d3f6774e8713d36ad716b37607c87afbf7301083a8ee20fe91f"),
            ("embeddings alone, layer normalization, lamb, clipping by norm and averages", s_categoriesOnly, Trainings.Options(NetworkTask.Multiclass, 3, [24], "GELU", optimizer: "LAMB", epochs: 2)
                with { Embeddings = Trainings.Categories(), FillsMissing = true, GradientClipping = new GradientClipping(isByNorm: true, 0.25f), EmaDecay = 0.9f, L1 = 1e-4f, Normalization = Normalization.Layer }, "6b2a4bc53f42e394152c629a2f7dcfa2c9becf4c521d06254703a997d6a609f8"),
            ("autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [33, 7, 33], "SiLU", epochs: 3), "5bd17fb908d058fa4f10dbad6727802f596e56a36c5ddc6244b3689ce6fd84e6"),
            ("tied autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [256, 40, 256], "Tanh", batchSize: 64, epochs: 2) with { TiedWeights = true, EmaDecay = 0.9f, MaxNorm = 1 }, "79481cae34f17bef2761f94028bd2b7ca893611661aec679f46b489a9fa5b606"),
            ("tied linear autoencoder by lamb, epoch search", s_blends, Trainings.Options(NetworkTask.Regression, 50, [3], "Identity", optimizer: "LAMB", batchSize: 64, epochs: null) with { TiedWeights = true, Patience = 3 }, "b721f4238cc544a8f267d524daf3ebd2c652072ac8a7c9ed3e5dbfe4418b465c"),
            ("batch normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Batch, ValidationFraction = 0.2f }, "9619afc34b7d54e8493740232df11a87c144b13f1aafe8d14184e53d39867d28"),
            ("batch normalization in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "Tanh", batchSize: 33, epochs: null) with { Patience = 3, Normalization = Normalization.Batch, EmaDecay = 0.9f }, "1d7c71321e68f84234fe481b559b0abd1c1d7b1f75f931b7296ca3c93a5d41b1"),
            ("batch normalization in residual blocks, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [130, 40, 130, 256, 130], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Batch, Residual = new ResidualBlocks(2), Dropout = new Dropout(0.2f, isAlpha: false) }, "a5591b7f8069700e78b22959a2d4fd512cd530c7736153799e101ecb10088064"),
            ("maximal update parametrization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], optimizer: "Momentum", init: "mup(base_width=32)", batchSize: 64, epochs: 2), "036a4819d7fe17a4685ac5b470491e509b6c90ae06eec207f8008c4ffd00d9f6"),
            ("maximal update parametrization by adam", s_values, Trainings.Options(NetworkTask.Regression, 1, [129, 47], "SiLU", init: "mup(base_width=16, zero_output=true)", epochs: 2), "b7ee5f6517b3618b88dd5f3a70e9dcb02a00e112010182251de9c8f327b8d8e6"),
            ("edge of chaos", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [.. Enumerable.Repeat(20, 12)], "GELU", init: "edge_of_chaos", epochs: 2), "208ac7dba91cbfb9e6f67f12f930b046cf021c4c83a675ec5ee81257af68dcd5"),
            ("sparse hidden layers by a recipe, prior biases", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [33, 20], "Tanh", init: "recipe(hidden=martens, first=nguyen_widrow, output=zeros, output_bias=prior)", epochs: 2), "12bf7b1c7c508079964fe2a1a55b5966dc44379e74efe893c0e06f3b2fc7cdb7"),
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

    static TrainingSet ClassWeighted()
    {
        TrainingSet data = Trainings.Rings(150, features: 3, classes: 2, weighted: true);
        data.WeightClasses([0.75f, 3]);
        return data;
    }
}
