using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace MLNet.WeightInit;

/// <summary>Weight initializers of one <see cref="MLContext"/>: by method, by name and by registration, and what they do to a network. <c>mlContext.WeightInit</c>.</summary>
public sealed partial class WeightInitCatalog
{
    // ML.NET hands out MLContext, its inner environment and hosts registered on it, one context in many objects; they share their component catalog.
    static readonly ConditionalWeakTable<ComponentCatalog, WeightInitCatalog> s_byContext = new();

    readonly IHostEnvironment _environment;

    WeightInitCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>The names that estimators of this context know.</summary>
    internal InitializerRegistry Registry { get; } = InitializerRegistry.CreateDefault();

    /// <summary>The catalog of the context that the environment belongs to.</summary>
    internal static WeightInitCatalog Of(IHostEnvironment environment)
        => s_byContext.GetValue(environment.ComponentCatalog, _ => new WeightInitCatalog(environment));

    /// <summary>Makes an initializer known by name, to every estimator that this context creates from now on.</summary>
    /// <param name="name">Its name; case, spaces, <c>_</c> and <c>-</c> do not count.</param>
    /// <param name="factory">Makes the initializer from the arguments of a specification.</param>
    /// <param name="aliases">Further names.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A name is empty, has a character that specifications use, or is taken; nothing is registered then.</exception>
    public void Register(string name, Func<InitializerArguments, WeightInitializer> factory, params string[] aliases) => Registry.Register(name, factory, aliases);

    /// <summary>The initializer that a text names: <c>he</c>, <c>orthogonal(gain=1.4)</c>.</summary>
    /// <param name="specification"><c>name</c> or <c>name(argument=value, …)</c>; names ignore case, spaces, <c>_</c> and <c>-</c>.</param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The name or an argument is unknown, or a value is out of its range; the message has the nearest names.</exception>
    public WeightInitializer Parse(string specification) => Registry.Parse(specification);

    /// <summary>How a network would be initialized for this data, and what that does to it, without training.</summary>
    /// <param name="data">Rows as <c>Fit</c> would get them.</param>
    /// <param name="options">As for training, whose number of epochs counts for the forecast alone; <see cref="NeuralNetOptions.Diagnostics"/> does not count: everything is measured (<see cref="DiagnosticsLevel.Full"/>).</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range, or a column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled, whatever their <see cref="NeuralNetOptions.OnCancel"/>.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public InitializationReport Diagnose(IDataView data, NeuralNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        NeuralNetOptions untrained = options.Copy();
        untrained.ClearCheckpoints();
        untrained.OnlyMeasures = true;
        untrained.OnCancel = CancelledTraining.Throw;         // there is no part of a report to go by
        untrained.Diagnostics = DiagnosticsLevel.Full;
        return TrainerFactory.Estimator(_environment, untrained).Fit(data).Model.Initialization;
    }

    /// <summary>The report of the first neural network in a model, however deep in chains it lies.</summary>
    /// <param name="model">A fitted or loaded model. Of a one-versus-all model it is the first class's network.</param>
    /// <returns>Null where the model has no neural network, and of a pairwise coupling, which doesn't hand out the models that it is made of.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is null.</exception>
    public InitializationReport? ReportOf(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model switch
        {
            IPredictionTransformer<object> prediction => ReportOf(prediction.Model),
            IEnumerable<ITransformer> chain => chain.Select(ReportOf).FirstOrDefault(report => report is not null),
            _ => null,
        };
    }

    static InitializationReport? ReportOf(object parameters) => parameters switch
    {
        INeuralNetModel network => network.Initialization,
        OneVersusAllModelParameters several => several.SubModelParameters.Select(ReportOf).FirstOrDefault(report => report is not null),
        _ => null,
    };
}
