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
            ("relu adam", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2), "650bb858a477b170fb85cba72c23f88aec9dd0c89028a2ac499da6e4223153f4"),
            ("no hidden layer", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [], epochs: 3), "7872ef04b695963d3b80787c71ed64e6d21b6f5d8c3004b652aa279461a5b67e"),
            ("three values", s_products, Trainings.Options(NetworkTask.Regression, 3, [24], "Tanh", batchSize: 64, epochs: null) with { Patience = 3 }, "86f089635232ed31fdc7eb93327f3f64afe46ec24bdad692f77a724d0838b865"),
            ("seventeen labels", s_signs, Trainings.Options(NetworkTask.Multilabel, 17, [40], epochs: 20) with { ValidationFraction = 0.3f, Patience = 2 }, "57deb891abed5a4b1456730bc466210903e694742d2d38bf636633d385e2ca67"),
            ("odd sizes", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [129, 47, 3], "SiLU", batchSize: 33, epochs: 2), "e16a726823c0739c092b2a55cde7a63a791e2717f8756a342fe39f161cc47223"),
            ("twenty layers", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(20, 20)], "SELU", init: "lecun", epochs: 2), "879e3e77cf64e830bafebfc70772279bdce328bca47ce5cf1dde4d3bb8be00cd"),
            ("wide enough for threads", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], "Tanh", init: "orthogonal", batchSize: 64, epochs: 1), "da32422be11cb7b844de8cfadceb3937cf3e61774a3344b6ab24a4abdbde7507"),
            ("gelu adamw", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], "GELU", optimizer: "AdamW", epochs: 2), "96fe4446f3dadcd7f509ee08d5b41b3e5aff4a8434f0966ab0b6e01faadb3ff8"),
            ("huber momentum", s_values, Trainings.Options(NetworkTask.Regression, 1, [40, 40], "Softplus", "Huber", "Momentum", epochs: 2), "ab096e64fa55e652ea8ddefb1b88a40b07d4deec1b66181be0e241e44a6e67a9"),
            ("absolute rmsprop", s_values, Trainings.Options(NetworkTask.Regression, 1, [40], "Mish", "Absolute", "RMSProp", epochs: 2), "b590c16302147b2162b88bb2cf64468855e0f51768f7c892207e72e8b707a662"),
            ("weighted binary nesterov", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Erf", optimizer: "Nesterov", epochs: 3), "dd17d406f381d28a2b333d390d11e9cbf822c3b660dd6eea715deacd76a226df"),
            ("sgd sine", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], "Sin", optimizer: "SGD", init: "glorot_uniform", epochs: 3), "8c554c497646836eb790dfdd8deacff67c9d13c5f27cca63dd56c8dd925bf4cc"),
            ("early stopping", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], "LeakyReLU(slope=0.2)", epochs: 40) with { ValidationFraction = 0.3f, Patience = 2 }, "a86b66a668adea663b10f60c3f51596aa5e11d8a17d86ac4d409c7b5f715fd71"),
            ("stopping by AUC", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [16], batchSize: 16, epochs: 30) with { ValidationFraction = 0.3f, Patience = 6, Metric = Metrics.Parse("AUC"), MinimumImprovement = 0.002, MaximumSteps = 101 }, "83e757d39f4edb663eb940c69476a2cb18aa6f4bd2a01951e834d1574f359431"),
            ("epoch search by accuracy", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = Metrics.Parse("MacroAccuracy"), RestoreBest = false }, "bfc344c9633a6ed40eef1016d9d85b416283a51b1511df92759e024733a16f5c"),
            ("epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], "ELU", batchSize: 64, epochs: null) with { Patience = 3 }, "5e8a4d5099ce3ef939199babb234648a9e454ac592fcd060930297d186337906"),
            ("cosine with warm-up and restarts", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], epochs: 5) with { Schedule = Schedules.Parse("cosine(warmup=1, restarts=1)") }, "579bf66af03f099e3d79000b3ea4f158a3569b9d7a480e9d47c7ab0d43ee5dca"),
            ("one cycle", s_values, Trainings.Options(NetworkTask.Regression, 1, [32], epochs: 3) with { Schedule = Schedules.Parse("one_cycle") }, "826eb87147850e39f3180bc7f57b2fafaab622eeeec6a9e363611d40ac4c7e0e"),
            ("plateau in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], batchSize: 64, epochs: null) with { Patience = 6, Schedule = Schedules.Parse("plateau(patience=1)") }, "c54a3ee23b8da0c7567067de90d51dd9bf6571a3d51c7e97170da043364802d4"),
            ("dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], batchSize: 64, epochs: 2) with { Dropout = new Dropout(0.3f, isAlpha: false) }, "3505feae3b430dfe4b00d9a6daddf6c64ba8d94022f3516ac1f3082cdea28212"),
            ("dropout of pre-activations", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", epochs: 2) with { Dropout = new Dropout(0.5f, isAlpha: false) }, "cc4a134ac788560bf9b393778cd2e1ac807c2ae604d465ff20d18ddd791743a5"),
            ("alpha-dropout, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "SELU", batchSize: 64, epochs: null) with { Patience = 3, Dropout = new Dropout(0.1f, isAlpha: true) }, "a40fa2462995be43b6e1a163541cd71dfc543902baef1e5d44b304e3a220733f"),
            ("label smoothing", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [32], loss: "SoftmaxCrossEntropy(label_smoothing=0.1)", epochs: 2), "478351ccd1f848c6dcb63c3b05cd8dae438bb46f508be77ada9fd41369dc05ea"),
            ("class weights and label smoothing", s_classWeighted, Trainings.Options(NetworkTask.Binary, 1, [24], "Tanh", "BinaryCrossEntropy(label_smoothing=0.1)", epochs: 3), "8a15ac49f1d4a6b5db09e56a3ba8ddcd6ef796278c5fd784f6527d956ef037c4"),
            ("poisson", s_counts, Trainings.Options(NetworkTask.Regression, 1, [24], "GELU", "Poisson", epochs: 3), "efbfe293bb10a769167a63ea989a5df547ac65d52f2a9e8fc8b42b5100f4dbd7"),
            ("quantile", s_values, Trainings.Options(NetworkTask.Regression, 1, [24], "SiLU", "Quantile(level=0.9)", epochs: 3), "5309bfa4c802820f619b802d2c4b92741c009987ca1f282a25921c350e486a42"),
            ("quantiles", s_values, Trainings.Options(NetworkTask.Quantiles, 5, [24], "SiLU", "Quantiles(levels=(0.05, 0.25, 0.5, 0.75, 0.95))", epochs: 3) with { ValidationFraction = 0.2f }, "ed20029adc2f233f934f16b3d591a4c96122f69fd78d3ce7e7ba2f248d3e25d5"),
            ("several heads", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.MixedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "1f814b50ff108d17cab1ac958f92db0b37d2a25c9941328c5f8fd9b4909aa701"),
            ("several heads with class weights", Trainings.Mixed(150, weighted: true), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [40], "GELU", epochs: 3) with { ValidationFraction = 0.2f }, "b74d802b3266e175c9dd780d10e73b398378fc06f027a517cb4955692cc9267c"),
            ("several heads with class weights in the epoch search, by one's loss", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.ClassWeightedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3, Metric = new HeadMetric(Trainings.ClassWeightedLoss, 2, null) }, "23989a340c430395e5306b47275492719eff73e865b8bb423de6fb1cb78cb104"),
            ("several heads in the epoch search", Trainings.Mixed(150), Trainings.HeadsOptions(Trainings.MixedLoss, [12], batchSize: 64, epochs: null) with { Patience = 3 }, "0a5238116d5b1005068520d82f2c4675fd5f01670317ee2e2e891bc4ff51d062"),
            ("lion", s_values, Trainings.Options(NetworkTask.Regression, 1, [70], optimizer: "Lion", epochs: 2), "157c969f79d6678b6dcd2550289a7cc7717568b99e446891c762e7627be4e5b8"),
            ("lamb", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], optimizer: "LAMB", epochs: 1), "a9401579e7104c10386cfd9c914cf27d9b9bacfd026416811266bb2418e719bd"),
            ("clipping by norm", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 1) with { GradientClipping = new GradientClipping(isByNorm: true, 0.25f) }, "a3218e327907ad77238e5401409077ef1aaf13ef164c2d7c70bc56d34af74883"),
            ("clipping by value, l1 and max-norm", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 24], optimizer: "Momentum", epochs: 3) with { GradientClipping = new GradientClipping(isByNorm: false, 0.01f), L1 = 0.01f, MaxNorm = 1 }, "dc7b0b40a2678c47c2fc811137710f0eff9bcf02dea1bb60173795cb3ec2b49f"),
            ("averaged weights", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 256], epochs: 3) with { EmaDecay = 0.9f, ValidationFraction = 0.2f }, "78b94b34d5624dbd7b890fcb7e27e439b66555e8a94758d1a2ca428ecd77cf18"),
            ("layer normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Layer }, "ecb5055d377bd933d1001d6632a6a29381f6ab144abf4efdbef356530d21b08a"),
            ("layer normalization of pre-activations, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 512], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Layer, Dropout = new Dropout(0.2f, isAlpha: false) }, "06db1ac025acd7d332c4834f2168330c75dadfe239c020f41bf004719c38c477"),
            ("sparse rows", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [256, 20], "GELU", batchSize: 64, epochs: 3), "02ffcad6e71f2d77d44bd9e013c1e4b76fb3f624d083fe2207fe1a0c21570c27"),
            ("sparse rows, adamw, dropout, layer normalization, early stopping", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "AdamW", epochs: 12) with { Dropout = new Dropout(0.2f, isAlpha: false), Normalization = Normalization.Layer, ValidationFraction = 0.2f, Patience = 2 }, "3308b6f8e2a6dfa6f17cd0c49b8a2d0c62f78d222a29add8008c8786aa167ee3"),
            ("sparse rows, all weights updated", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [130], optimizer: "Momentum", epochs: 3) with { EmaDecay = 0.9f, MaxNorm = 1 }, "9cdf2bfb9bc844f181c07d6a62eedf267307f0aaeb19d315ae30e171652c42a6"),
            ("sparse rows, epoch search", s_sparse, Trainings.Options(NetworkTask.Multiclass, 3, [16], optimizer: "Lion", batchSize: 64, epochs: null) with { Patience = 3 }, "42f285a1d6eafe47b7dcd01a27ab54f9f508d068a728892cc6bd611b73bf34cb"),
            ("residual blocks", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [130, 40, 130, 256, 130], batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(2) }, "0af1d553c21ba0b2ba2d89288a7aac025f0cf7654e1ff68da37bc5e64b6a9b3c"),
            ("residual blocks of normalized layers, dropout", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [.. Enumerable.Repeat(128, 7)], "GELU", batchSize: 64, epochs: 2) with { Residual = new ResidualBlocks(3), Normalization = Normalization.Layer, Dropout = new Dropout(0.1f, isAlpha: false) }, "ab90a71c8f9985922b429450937b3ac62154ff3c1875a289af7ee28584233688"),
            ("residual blocks of one layer that start at 0, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [12, 12, 12], batchSize: 64, epochs: null) with { Patience = 3, Residual = new ResidualBlocks(1) { Start = ResidualStart.ZeroWeights } }, "615f99f1fccd7495ee434acbd7662ce81ac0cabb8909e02f8c5ee616e6bb3e48"),
            ("weight normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { WeightNormalization = true }, "bbd3e6bb8467adace47364b88ab43e63b0e70c23d67bf72aa27dead6151dc936"),
            ("weight normalization, lamb and the rest", s_values, Trainings.Options(NetworkTask.Regression, 1, [47, 33], "Tanh", optimizer: "LAMB", epochs: 3) with { WeightNormalization = true, GradientClipping = new GradientClipping(isByNorm: true, 0.5f), L1 = 1e-3f, MaxNorm = 1.5f, EmaDecay = 0.8f, Normalization = Normalization.Layer }, "ef103905196d7adbfd133b85e7d5f9997976cb40d1a7e3701c013634acacf5c6"),
            ("l-bfgs", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130], "Tanh", optimizer: "L-BFGS(memory=3)", batchSize: 64, epochs: 6), "dd76bffe8d2cb3a3f2d94dc8448e4738828f824c9114dbcbb9b74ba8eb9c9370"),
            ("l-bfgs, epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [8], optimizer: "L-BFGS", batchSize: 33, epochs: null) with { Patience = 5 }, "3694d46c2614d5616446213baa8d0e4575ad5b618051f6c7cf2ece5ca908ce1f"),
            ("missing values", s_missing, Trainings.Options(NetworkTask.Multiclass, 5, [64, 32], epochs: 2) with { FillsMissing = true }, "710f4a30e43ae3afbc11e83449ab57f83fe710c1f1980df30a982da66e33b608"),
            ("embeddings", s_categories, Trainings.Options(NetworkTask.Multiclass, 3, [64, 32], epochs: 2) with { Embeddings = Trainings.Categories(towns: 9_000) }, "fb9db7453ef34109cdbade187dc3b3300037ac09db685d7709be7da11bc178d2"),
            ("embeddings alone, layer normalization, lamb, clipping by norm and averages", s_categoriesOnly, Trainings.Options(NetworkTask.Multiclass, 3, [24], "GELU", optimizer: "LAMB", epochs: 2)
                with { Embeddings = Trainings.Categories(), FillsMissing = true, GradientClipping = new GradientClipping(isByNorm: true, 0.25f), EmaDecay = 0.9f, L1 = 1e-4f, Normalization = Normalization.Layer }, "3ce210e7ff90de69182ee05c8292661e42c2540535700af0384df0d709512420"),
            ("autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [33, 7, 33], "SiLU", epochs: 3), "5bd17fb908d058fa4f10dbad6727802f596e56a36c5ddc6244b3689ce6fd84e6"),
            ("tied autoencoder", s_blends, Trainings.Options(NetworkTask.Regression, 50, [256, 40, 256], "Tanh", batchSize: 64, epochs: 2) with { TiedWeights = true, EmaDecay = 0.9f, MaxNorm = 1 }, "79481cae34f17bef2761f94028bd2b7ca893611661aec679f46b489a9fa5b606"),
            ("tied linear autoencoder by lamb, epoch search", s_blends, Trainings.Options(NetworkTask.Regression, 50, [3], "Identity", optimizer: "LAMB", batchSize: 64, epochs: null) with { TiedWeights = true, Patience = 3 }, "b721f4238cc544a8f267d524daf3ebd2c652072ac8a7c9ed3e5dbfe4418b465c"),
            ("batch normalization", s_classes, Trainings.Options(NetworkTask.Multiclass, 5, [256, 130, 5], batchSize: 64, epochs: 2) with { Normalization = Normalization.Batch, ValidationFraction = 0.2f }, "6293ea460cd3b996fb6365530b8967f29ef7243dc0088bf042778a7e5c196a45"),
            ("batch normalization in the epoch search", s_weighted, Trainings.Options(NetworkTask.Binary, 1, [24, 8], "Tanh", batchSize: 33, epochs: null) with { Patience = 3, Normalization = Normalization.Batch, EmaDecay = 0.9f }, "9cb4ce99a376eb8449103bd75f70dfdc085ca2aa14abb8a69ac1673a73094dc2"),
            ("batch normalization in residual blocks, dropout", s_values, Trainings.Options(NetworkTask.Regression, 1, [130, 40, 130, 256, 130], "GELU", optimizer: "Momentum", epochs: 2) with { Normalization = Normalization.Batch, Residual = new ResidualBlocks(2), Dropout = new Dropout(0.2f, isAlpha: false) }, "a9041899c821fc04d02e102b0bd585db58e667d657e6f82bcfa2d1c0b6b211b1"),
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
