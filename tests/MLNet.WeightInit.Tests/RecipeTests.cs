using System.Reflection;
using Microsoft.ML;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Plans for whole networks and the rarer rules, as users of ML.NET meet them: by text, by method, registered, and read back from a saved model.</summary>
[TestFixture]
public sealed class RecipeTests
{
    readonly MLContext _context = new(seed: 1);

    [TestCase("sparse(sparsity=0.5)")]
    [TestCase("martens(connections=2)")]
    [TestCase("nguyen_widrow")]
    [TestCase("random_walk")]
    [TestCase("edge_of_chaos")]
    [TestCase("looks_linear")]
    [TestCase("hadamard_identity")]
    [TestCase("idinit")]
    [TestCase("mup(base_width=4)")]
    [TestCase("selu")]
    [TestCase("siren(frequency=3)")]
    [TestCase("ppo(value_outputs=1)")]
    [TestCase("gpt2")]
    [TestCase("bert")]
    [TestCase("dcgan")]
    [TestCase("recipe(hidden=orthogonal(gain=1.4), output=normal(deviation=0.01), bias=constant(value=0.01), output_bias=prior)")]
    public void A_text_plans_trains_and_is_found_in_the_saved_model(string init)
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick(epochs: 2);
        options.Init = init;
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        InitializationReport fitted = _context.WeightInit.ReportOf(model)!, loaded = _context.WeightInit.ReportOf(ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema)))!;
        Assert.That(loaded.ToJson(), Is.EqualTo(fitted.ToJson()));
        foreach (TensorPlan row in loaded.Plan)
            Assert.That(_context.WeightInit.Parse(row.Initializer).Specification, Is.EqualTo(row.Initializer), "a row's text makes its initializer again");
    }

    /// <summary>Design: one method an initializer, whose parameter names are the specification's argument names.</summary>
    [Test]
    public void Each_method_gives_what_its_text_gives()
    {
        WeightInitCatalog catalog = _context.WeightInit;
        (WeightInitializer Method, string Text)[] pairs =
        [
            (catalog.Sparse(0.25f), "sparse(sparsity=0.25)"),
            (catalog.Martens(connections: 9), "martens(connections=9)"),
            (catalog.NguyenWidrow(), "nguyen_widrow"),
            (catalog.NguyenWidrow(minimum: 0, maximum: 2), "nguyen_widrow(minimum=0, maximum=2)"),
            (catalog.RandomWalk(gain: 1.1f), "random_walk(gain=1.1)"),
            (catalog.EdgeOfChaos(), "critical"),
            (catalog.EdgeOfChaos(variance: 0.5f), "edge_of_chaos(variance=0.5)"),
            (catalog.LooksLinear(gain: 0.9f), "looks_linear(gain=0.9)"),
            (catalog.HadamardIdentity(), "zero_hadamard"),
            (catalog.IdInit(epsilon: 1e-3f), "idinit(epsilon=0.001)"),
            (catalog.Prior(hidden: 0.1f), "prior(hidden=0.1)"),
            (catalog.MuP(baseWidth: 32, zeroOutput: true), "mup(base_width=32, zero_output=true)"),
            (catalog.Selu(), "selu"),
            (catalog.Siren(frequency: 5, folded: false), "siren(frequency=5, folded=false)"),
            (catalog.Ppo(valueOutputs: 1, hiddenGain: 1), "ppo(value_outputs=1, hidden_gain=1)"),
            (catalog.Ppo(), "ppo"),
            (catalog.Gpt2(distribution: WeightDistribution.Normal), "gpt2(distribution=normal)"),
            (catalog.Bert(), "bert"),
            (catalog.Dcgan(deviation: 0.05f), "dcgan(deviation=0.05)"),
            (catalog.Autoencoder("he", transposed: true), "autoencoder(encoder=he, transposed=true)"),
            (catalog.Recipe(hidden: "he", output: catalog.Zeros()), "recipe(hidden=he, output=zeros)"),
            (catalog.Orthogonal(keepVariance: true), "orthogonal(keep_variance=true)"),
        ];
        foreach ((WeightInitializer method, string text) in pairs)
            Assert.That(method.Specification, Is.EqualTo(catalog.Parse(text).Specification), text);
        // Every method that makes an initializer is in the list above or in the older tests: a new one without a text is seen here.
        IEnumerable<string> methods = typeof(WeightInitCatalog).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.ReturnType.IsSubclassOf(typeof(WeightInitializer))).Select(method => method.Name);
        Assert.That(methods.Where(name => !Knows(name)), Is.Empty);
    }

    bool Knows(string name)
    {
        try
        {
            _context.WeightInit.Parse(name);
            return true;
        }
        catch (ArgumentOutOfRangeException exception)
        {
            return !exception.Message.Contains("There is no initializer", StringComparison.Ordinal);       // it may need arguments
        }
    }

    /// <summary>A user's recipe with typed arguments and a rule by place: 10 lines, by name, in another recipe, and in the report of a loaded model.</summary>
    [Test]
    public void A_recipe_of_a_users_own_has_a_name_typed_arguments_and_a_place_in_other_recipes()
    {
        _context.WeightInit.Register("tapered", arguments => new Tapered(arguments.GetSingle("start", 1), arguments.GetInitializer("output")));
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick(epochs: 1);
        options.HiddenLayers = [8, 8];
        options.Init = "recipe(hidden=tapered(start=0.5, output=zeros), first=lecun)";
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        InitializationReport report = _context.WeightInit.ReportOf(ModelZip.Load(new MLContext(), ModelZip.Save(_context, model, data.Schema)))!;
        Assert.That(report.Plan.Where(row => row.Shape.Role != TensorRole.Bias).Select(row => row.Initializer), Is.EqualTo(new[] { "lecun", "normal(deviation=0.25)", "zeros" }));
        Assert.That(report.Plan.Where(row => row.Shape.Role == TensorRole.Bias).Select(row => row.Initializer), Is.All.EqualTo("zeros"));
    }

    sealed class Tapered(float start, WeightInitializer? output) : InitializationRecipe
    {
        public override string Name => "tapered";

        protected override WeightInitializer Choose(in WeightShape shape) => shape.Role switch
        {
            TensorRole.Bias => "zeros",
            TensorRole.Output => output ?? "he",
            _ => new Normal(start / (1 + shape.LayerIndex)),
        };
    }

    [Test]
    public void A_recipes_unknown_part_is_named_before_any_data_is_read()
        => Assert.That(() => _context.Regression.Trainers.NeuralNet(init: "recipe(hidden=hee)"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("There is no initializer named 'hee'"));

    /// <summary>Log-probabilities of the classes, log-odds of the flag: 40 of 200 rows are true.</summary>
    [Test]
    public void Prior_biases_start_a_network_at_the_labels_frequencies_whatever_the_weights_rule()
    {
        List<SampleRow> rows = Samples.Rows(200);
        for (int i = 0; i < rows.Count; i++)
            rows[i].Flag = i % 5 == 0;
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Flag), epochs: 0);
        options.Init = "he";
        options.BiasInit = "prior(hidden=0.1)";
        INeuralNetModel model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)).Model;
        Assert.That(model.Network.DenseLayers[0].GetBiases(), Is.All.EqualTo(0.1f));
        Assert.That(model.Network.DenseLayers[1].GetBiases()[0], Is.EqualTo(Math.Log(40.0 / 160)).Within(1e-5));
        options.BiasInit = "zeros";
        Assert.That(_context.Transforms.NeuralNet(options).Fit(Samples.View(_context, rows)).Model.Network.DenseLayers[1].GetBiases(), Is.All.Zero);
    }

    [TestCase("zeros")]
    [TestCase("constant(value=0.01)")]
    [TestCase("normal(deviation=0.05)")]
    [TestCase("pytorch_default")]
    [TestCase("class_prior")]
    [TestCase("target_mean")]
    public void Every_rule_of_biases_has_a_name(string bias)
    {
        NeuralNetOptions options = Samples.Quick(nameof(SampleRow.Value), epochs: 0);
        options.Standardize = false;
        options.BiasInit = bias;
        INeuralNetModel model = _context.Transforms.NeuralNet(options).Fit(Samples.View(_context)).Model;
        float[] hidden = model.Network.DenseLayers[0].GetBiases(), output = model.Network.DenseLayers[1].GetBiases();
        switch (bias)
        {
            case "zeros": Assert.That(hidden.Concat(output), Is.All.Zero); break;
            case "constant(value=0.01)": Assert.That(hidden.Concat(output), Is.All.EqualTo(0.01f)); break;
            case "normal(deviation=0.05)": Assert.That(hidden.Concat(output).Distinct().Count(), Is.EqualTo(9)); break;
            case "pytorch_default": Assert.That(hidden.Max(MathF.Abs), Is.LessThan(1 / MathF.Sqrt(3)).And.GreaterThan(1 / MathF.Sqrt(3) / 4)); break;
            default: Assert.That(output[0], Is.EqualTo(Samples.Rows().Average(row => row.Value)).Within(1e-4)); break;
        }
    }

    [Test]
    public void An_autoencoders_decoder_mirrors_the_encoder_or_starts_as_its_transpose()
    {
        IDataView data = Samples.View(_context);
        NeuralNetOptions options = Samples.Quick("Features", epochs: 0);
        options.HiddenLayers = [2];
        options.Activation = "Identity";
        options.Init = _context.WeightInit.Autoencoder("orthogonal(gain=1.5)", transposed: true);
        INeuralNetModel tied = _context.Transforms.NeuralNet(options).Fit(data).Model;
        float[] encoder = tied.Network.DenseLayers[0].GetWeights(), decoder = tied.Network.DenseLayers[1].GetWeights();
        for (int i = 0; i < encoder.Length; i++)
            Assert.That(decoder[i % 3 * 2 + i / 3], Is.EqualTo(encoder[i]));
        options.Init = "autoencoder(encoder=orthogonal(gain=1.5))";
        INeuralNetModel mirrored = _context.Transforms.NeuralNet(options).Fit(data).Model;
        Assert.That(mirrored.Initialization.Plan.Where(row => row.Shape.Role != TensorRole.Bias).Select(row => row.Initializer), Is.All.EqualTo("orthogonal(gain=1.5)"));
        options.HiddenLayers = [2, 5];
        Assert.That(() => _context.Transforms.NeuralNet(options).Fit(data), Throws.InvalidOperationException.With.Message.Contains("mirror each other").Or.Message.Contains("odd number of hidden layers"));
    }
}
