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
            ("relu adam", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2), "f4aeee8068f99f3cbecfa46b96885c320441bf79fc7ad3e5fd426551b1abe60a"),
            ("no hidden layer", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [], epochs: 3), "4f12aa7347532ae8be06827abe40b8c6e20699942aa01057ddfd00dfcec24ed0"),
            ("three values", s_products, Trainings.Options(NetworkTask.Regression, 3, [24], "Tanh", batchSize: 64, epochs: null) with { Patience = 3 }, "6e71f6b6c5fd152d2cc4cb0b4f2a588ed69c1a279977dfc26cd63f3786ebb95e"),
            ("seventeen labels", s_signs, Trainings.Options(NetworkTask.Multilabel, 17, [40], epochs: 20) with { ValidationFraction = 0.3f, Patience = 2 }, "96e33e2cb237c48c4609a506e030085e86ffc1d6bd08231fa828b204271046b4"),
            ("odd sizes", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [129, 47, 3], "SiLU", batchSize: 33, epochs: 2), "57bad67554fafd21e75654de61e384f7837a565fc27f49989899726357e8b640"),
            ("twenty layers", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(20, 20)], "SELU", init: "lecun", epochs: 2), "879e3e77cf64e830bafebfc70772279bdce328bca47ce5cf1dde4d3bb8be00cd"),
            ("wide enough for threads", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], "Tanh", init: "orthogonal", batchSize: 64, epochs: 1), "da32422be11cb7b844de8cfadceb3937cf3e61774a3344b6ab24a4abdbde7507"),
            ("gelu adamw", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], "GELU", optimizer: "AdamW", epochs: 2), "96fe4446f3dadcd7f509ee08d5b41b3e5aff4a8434f0966ab0b6e01faadb3ff8"),
            ("huber momentum", s_values, Trainings.Options(NetworkTask.Regression, 1, [40, 40], "Softplus", "Huber", "Momentum", epochs: 2), "4b20edd17dffb8962d65b37bcec22ac26ee26684ffebd87a1ea23aeac0910441"),
            ("absolute rmsprop", s_values, Trainings.Options(NetworkTask.Regression, 1, [40], "Mish", "Absolute", "RMSProp", epochs: 2), "b590c16302147b2162b88bb2cf64468855e0f51768f7c892207e72e8b707a662"),
            ("weighted binary nesterov", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Erf", optimizer: "Nesterov", epochs: 3), "e29a914ebe17ba30fdca664f0287ef500f4ec3e59fd9fa9020524bb6e8d28043"),
            ("sgd sine", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], "Sin", optimizer: "SGD", init: "glorot_uniform", epochs: 3), "8c554c497646836eb790dfdd8deacff67c9d13c5f27cca63dd56c8dd925bf4cc"),
            ("early stopping", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], "LeakyReLU(slope=0.2)", epochs: 40) with { ValidationFraction = 0.3f, Patience = 2 }, "3e791421c6a72692e513bc5dac25cfd05c7964e90439f11b44a257e03744310e"),
            ("stopping by AUC", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [16], batchSize: 16, epochs: 30) with { ValidationFraction = 0.3f, Patience = 6, Metric = Metrics.Parse("AUC"), MinimumImprovement = 0.002, MaximumSteps = 101 }, "2865f83cb13e4b9b64dc31e34d10df4c51de1b686b048589b5bd5ba83e02a1fa"),
            ("epoch search by accuracy", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = Metrics.Parse("MacroAccuracy"), RestoreBest = false }, "05de7188fe063ca219702e6dac61ae204c58f86e8f926784afb1171220bc34a0"),
            ("epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], "ELU", batchSize: 64, epochs: null) with { Patience = 3 }, "edd6b5e0c8104574318cf7f038b434e069592379bda6c428c3c4f58abac54ace"),
            ("cosine with warm-up and restarts", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], epochs: 5) with { Schedule = Schedules.Parse("cosine(warmup=1, restarts=1)") }, "dbf71d23f18a6b4078089f122b04c15e90bcd0dd50424b33bc19d758edbd2904"),
            ("one cycle", s_values, Trainings.Options(NetworkTask.Regression, 1, [32], epochs: 3) with { Schedule = Schedules.Parse("one_cycle") }, "826eb87147850e39f3180bc7f57b2fafaab622eeeec6a9e363611d40ac4c7e0e"),
            ("plateau in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], batchSize: 64, epochs: null) with { Patience = 6, Schedule = Schedules.Parse("plateau(patience=1)") }, "29c3c35a3a42ca51b997fd37b7a1b704f47912235b6b4aa47ae8d85495855401"),
            ("dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], batchSize: 64, epochs: 2) with { Dropout = new Dropout(0.3f, isAlpha: false) }, "40bb9535ecaa30c7d69859fee1fcf3266c6cfaf483cf2642ca02df6c23806a86"),
            ("dropout of pre-activations", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", epochs: 2) with { Dropout = new Dropout(0.5f, isAlpha: false) }, "cc4a134ac788560bf9b393778cd2e1ac807c2ae604d465ff20d18ddd791743a5"),
            ("alpha-dropout, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "SELU", batchSize: 64, epochs: null) with { Patience = 3, Dropout = new Dropout(0.1f, isAlpha: true) }, "690e03538adbfb8771bb60ba8adf6950d4cde35f86f984ffd95faf5d7668bdf7"),
            ("label smoothing", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], loss: "SoftmaxCrossEntropy(label_smoothing=0.1)", epochs: 2), "ba9f32224999862a2c56a8d48467f26eedbf2b4dae4b7b9c948672458043e882"),
            ("class weights and label smoothing", s_classWeighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Tanh", "BinaryCrossEntropy(label_smoothing=0.1)", epochs: 3), "c781c31194fcd32492534f8b1517379896d2229f4d6fc76ea7f646a6e42bb60c"),
            ("poisson", s_counts, Trainings.Options(NetworkTask.Regression, 1, [24], "GELU", "Poisson", epochs: 3), "efbfe293bb10a769167a63ea989a5df547ac65d52f2a9e8fc8b42b5100f4dbd7"),
            ("quantile", s_values, Trainings.Options(NetworkTask.Regression, 1, [24], "SiLU", "Quantile(level=0.9)", epochs: 3), "5309bfa4c802820f619b802d2c4b92741c009987ca1f282a25921c350e486a42"),
            ("quantiles", s_values, Trainings.Options(NetworkTask.Quantiles, 5, [24], "SiLU", "Quantiles(levels=(0.05, 0.25, 0.5, 0.75, 0.95))", epochs: 3) with { ValidationFraction = 0.2f }, "ed20029adc2f233f934f16b3d591a4c96122f69fd78d3ce7e7ba2f248d3e25d5"),
            ("several heads", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.MixedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "e67c72b7e284997c0a09485be3cc77f5e837aab1aeddaa6c315c8541b8bfa2be"),
            ("several heads with class weights", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "d1e6307048b2fde414248dbd49b44dada424446aff4c6da240ad565aeef695ae"),
            ("several heads with class weights in the epoch search, by one's loss", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = new HeadMetric(Trainings.ClassWeightedLoss, 2, null) }, "cad71ca913e66c473c9d5284822d0f4f5aa9c4bc43ddeea64554518563fa0b52"),
            ("several heads in the epoch search", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.MixedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3 }, "0cb9d653ed730eb278e6f6a5b777fb61830d3334369c44da65e6e6be19769828"),
            ("lion", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], optimizer: "Lion", epochs: 2), "157c969f79d6678b6dcd2550289a7cc7717568b99e446891c762e7627be4e5b8"),
            ("lamb", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], optimizer: "LAMB", epochs: 1), "fa5baef1f306f6a1b2a46ba726e5c8f8d6a16016b2d24a146051a4857247ad83"),
            ("clipping by norm", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 1) with { GradientClipping = new GradientClipping(isByNorm: true, 0.25f) }, "09cc002468a4e4ee249c03aa94c44fda5b181b6ac03ad27d09bbea887b02d680"),
            ("clipping by value, l1 and max-norm", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], optimizer: "Momentum", epochs: 3) with { GradientClipping = new GradientClipping(isByNorm: false, 0.01f), L1 = 0.01f, MaxNorm = 1 }, "f639967a0a76fc995f6377f40ee162e8718af89539df97f8ad47d1ce3770f032"),
            ("averaged weights", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 3) with { EmaDecay = 0.9f, ValidationFraction = 0.2f }, "e5ecb6a28a2c4694774fc4d10e2f1af46dd396f56c8925c59fde7e4b576a2471"),
            ("layer normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Layer }, "5d9cdb756a219355a7471ca8512cd317f0c594e97f24d3691aea679a7da119f8"),
            ("layer normalization of pre-activations, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Layer, Dropout = new Dropout(0.2f, isAlpha: false) }, "4b76bcb71c0cb86cfc30c5c08724ce54d63221523e406e899a8c83fdc5cdfd08"),
            ("sparse rows", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [256, 20], "GELU", batchSize: 64, epochs: 3), "aceba91374d855834aa437986914ca6be8a31b201ec51b066c2162aeb6dc6d84"),
            ("sparse rows, adamw, dropout, layer normalization, early stopping", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "AdamW", epochs: 12) with { Dropout = new Dropout(0.2f, isAlpha: false), Normalization = Normalization.Layer, ValidationFraction = 0.2f, Patience = 2 }, "035eef26fdb71c00b746e44836cd56385654653bcb1ee8c300a78877fa087859"),
            ("sparse rows, all weights updated", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "Momentum", epochs: 3) with { EmaDecay = 0.9f, MaxNorm = 1 }, "d4208ce44ebd8f13ad754d6626b0a065512b1a56add1969a34c92221d2a2a685"),
            ("sparse rows, epoch search", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: "Lion", batchSize: 64, epochs: null) with { Patience = 3 }, "1d4f43c1aa36396cdef8a7bc7907a4cd719101da39e53f2adbd25fe32763d113"),
            ("residual blocks", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [130, 40, 130, 256, 130], batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(2) }, "646742e2440eadd93fa1cb8e16ae05feddbddfa9dae575b431bbf7360353c5e1"),
            ("residual blocks of normalized layers, dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(128, 7)], "GELU", batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(3), Normalization = Normalization.Layer, Dropout = new Dropout(0.1f, isAlpha: false) }, "6eabc0a473aa16aed86113ecfd8b64f5e28569a62d41b60bcf82af114058427a"),
            ("residual blocks of one layer that start at 0, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [12, 12, 12], batchSize: 64, epochs: null) with { Patience = 3, Residual = new ResidualBlocks(1) { Start = ResidualStart.ZeroWeights } }, "3a941c6a097309819669c4e96d7b05f866a0650e9112dda5d26175726dda81d2"),
            ("weight normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { WeightNormalization = true }, "6629b111160694e72a9fdb747e01da328fe745bdcc01c77a438124a4ce341a8e"),
            ("weight normalization, lamb and the rest", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 33], "Tanh", optimizer: "LAMB", epochs: 3) with { WeightNormalization = true, GradientClipping = new GradientClipping(isByNorm: true, 0.5f), L1 = 1e-3f, MaxNorm = 1.5f, EmaDecay = 0.8f, Normalization = Normalization.Layer }, "64530741de79432c08ee28a6a7fdca5c67664e2ef575b164f4fe42f79bed93b8"),
            ("l-bfgs", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], "Tanh", optimizer: "L-BFGS(memory=3)", batchSize: 64, epochs: 6), "6e40b1b179165fac16a65d64e05449dafd69e012e8e73200c5d14b68d8282804"),
            ("l-bfgs, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], optimizer: "L-BFGS", batchSize: 33, epochs: null) with { Patience = 5 }, "d20ae223aee1560d15de4c418c47cc71d4cf2ee8163ebd3b0e76607afcfa6351"),
            ("missing values", s_missing, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2) with { FillsMissing = true }, "ec26afd6c6b968acc7b06ad97041db1ec494b0e5ad2a8e41b4361106e4dde713"),
            ("embeddings", s_categories, Trainings.Options(NetworkTask.Multiclass, 3, [64, 32], epochs: 2) with { Embeddings = Trainings.Categories(towns: 9_000) }, "4a99fbf9b6a361322456adeb6e0e9c62aacc882a571ded08a1ef1689d3cd2628"),
            ("embeddings alone, layer normalization, lamb, clipping by norm and averages", s_categoriesOnly, Trainings.Options(NetworkTask.Multiclass, 3, [24], "GELU", optimizer: "LAMB", epochs: 2)
                with { Embeddings = Trainings.Categories(), FillsMissing = true, GradientClipping = new GradientClipping(isByNorm: true, 0.25f), EmaDecay = 0.9f, L1 = 1e-4f, Normalization = Normalization.Layer }, "1cbd2f26e52f37d80efce9b1fdb6195ec10f28119740656a69981b1e654f0a5a"),
            ("autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [33, 7, 33], "SiLU", epochs: 3), "9387d50107de220c3bde69cc892b99ec9cedab3fd21929e13b15b38073d5e9b0"),
            ("tied autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [256, 40, 256], "Tanh", batchSize: 64, epochs: 2) with { TiedWeights = true, EmaDecay = 0.9f, MaxNorm = 1 }, "64540ed390eaa07d8b1b36c6c982f4f3eb02c9cf99bce39dd8c4fc49f4aa1cb7"),
            ("tied linear autoencoder by lamb, epoch search", s_blends, Trainings.Options(NetworkTask.Regression, 50, [3], "Identity", optimizer: "LAMB", batchSize: 64, epochs: null) with { TiedWeights = true, Patience = 3 }, "6dc65ff63f340871295354ccc00723bc75e9c254700ef9915c19f12e31228ff4"),
            ("batch normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Batch, ValidationFraction = 0.2f }, "94bab79a46b069814fe532da76c535409b41ec509f16317926e26fd027ca7561"),
            ("batch normalization in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "Tanh", batchSize: 33, epochs: null) with { Patience = 3, Normalization = Normalization.Batch, EmaDecay = 0.9f }, "be2f2b56251c7cadd418baeaec23af57882702dbef06e944e224b33e8f03bbd6"),
            ("batch normalization in residual blocks, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [130, 40, 130, 256, 130], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Batch, Residual = new ResidualBlocks(2), Dropout = new Dropout(0.2f, isAlpha: false) }, "a5591b7f8069700e78b22959a2d4fd512cd530c7736153799e101ecb10088064"),
            ("maximal update parametrization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], optimizer: "Momentum", init: "mup(base_width=32)", batchSize: 64, epochs: 2), "036a4819d7fe17a4685ac5b470491e509b6c90ae06eec207f8008c4ffd00d9f6"),
            ("maximal update parametrization by adam", s_values, Trainings.Options(NetworkTask.Regression, 1, [129, 47], "SiLU", init: "mup(base_width=16, zero_output=true)", epochs: 2), "b7ee5f6517b3618b88dd5f3a70e9dcb02a00e112010182251de9c8f327b8d8e6"),
            ("edge of chaos", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [.. Enumerable.Repeat(20, 12)], "GELU", init: "edge_of_chaos", epochs: 2), "208ac7dba91cbfb9e6f67f12f930b046cf021c4c83a675ec5ee81257af68dcd5"),
            ("sparse hidden layers by a recipe, prior biases", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [33, 20], "Tanh", init: "recipe(hidden=martens, first=nguyen_widrow, output=zeros, output_bias=prior)", epochs: 2), "f00aa8e6dd448b37db161cd837b718720c6e9dd4308462970bfad84225c28f93"),
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
