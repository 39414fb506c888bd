using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;

namespace MLNet.WeightInit;

public sealed partial class WeightInitCatalog
{
    /// <summary>Trains a few steps from each of several initializers, with the same rows, seeds and order of rows, and says which is better by how much, and what chance may have done.</summary>
    /// <inheritdoc cref="Compare(IDataView, NeuralNetOptions, IReadOnlyList{WeightInitializer}, ComparisonOptions)"/>
    /// <param name="seeds">Trainings of each initializer; from 2 to 1,000. Default: 10.</param>
    /// <param name="steps">Steps of each training; from 1 to 1,000,000. Default: 100.</param>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public InitializationComparison Compare(IDataView data, NeuralNetOptions options, IReadOnlyList<WeightInitializer> candidates, int seeds = ComparisonOptions.DefaultSeeds, int steps = ComparisonOptions.DefaultSteps)
        => Compare(data, options, candidates, new ComparisonOptions { Seeds = seeds, Steps = steps });

    /// <summary>Trains a few steps from each of several initializers, with the same rows, seeds and order of rows, and says which is better by how much, and what chance may have done.</summary>
    /// <remarks>
    /// Trainings are paired: all initializers see the same training rows in the same order, are measured on the same rows kept out, and draw from the same streams. Intervals cover the seeds, not the data, as
    /// <see cref="InitializationComparison.Coverage"/> says. Early stopping, limits of steps and time, checkpoints and progress of the network options don't count; everything else does.
    /// Trainings run side by side on the options' threads, each on one. Of data that are streamed the sample in memory is compared on.
    /// </remarks>
    /// <param name="data">Rows as <c>Fit</c> would get them.</param>
    /// <param name="options">As for training; <see cref="NeuralNetOptions.Init"/> is each of the candidates in turn. <see cref="NeuralNetOptions.OutputInit"/> and <see cref="NeuralNetOptions.BiasInit"/> stay as they are.</param>
    /// <param name="candidates">Initializers, or their names; each once. The first is the reference that the others are compared with.</param>
    /// <param name="comparison">How to compare.</param>
    /// <returns>Typed results; <c>ToString</c>, <c>ToMarkdown</c> and <c>ToJson</c> give them as text. The same data, options and seed give the same, on any number of threads.</returns>
    /// <exception cref="ArgumentNullException">An argument or a candidate is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no candidate, two are the same, a name is unknown, an option is out of its range, or a column is missing or of the wrong type; before any training.</exception>
    /// <exception cref="InvalidOperationException">The data can't train, or are too few to keep rows out.</exception>
    /// <exception cref="OperationCanceledException">A token was cancelled.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public InitializationComparison Compare(IDataView data, NeuralNetOptions options, IReadOnlyList<WeightInitializer> candidates, ComparisonOptions comparison)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(comparison);
        comparison.Check();
        var run = new ComparisonRun(Resolve(candidates), comparison.Copy());
        NeuralNetOptions brief = options.Copy();
        brief.Comparison = run;
        brief.Init = run.Candidates[0];
        brief.NumberOfEpochs = 0;                              // the trainings are the comparison's own
        brief.Progress = null;
        brief.ClearCheckpoints();
        brief.MaximumSteps = null;
        brief.MaximumDuration = null;
        brief.OnCancel = CancelledTraining.Throw;
        NeuralNetEstimator estimator = TrainerFactory.Estimator(_environment, brief);
        if (comparison.ValidationData is { } validation)
            estimator.Fit(data, validation);
        else
            estimator.Fit(data);
        return run.Result!;
    }

    List<WeightInitializer> Resolve(IReadOnlyList<WeightInitializer> candidates)
    {
        OptionChecks.Require(candidates.Count > 0, nameof(candidates), "none", "At least 1 initializer must be compared; the first is the reference, for example \"Auto\", \"He\", \"Glorot\".");
        var resolved = new List<WeightInitializer>();
        foreach (WeightInitializer candidate in candidates)
        {
            if (candidate is null)
                throw new ArgumentNullException(nameof(candidates), $"Candidate {resolved.Count} is null. Pass \"Auto\" for what the network chooses by itself.");
            WeightInitializer initializer = Registry.Resolve(candidate);
            int twin = resolved.FindIndex(other => other.Specification == initializer.Specification);
            OptionChecks.Require(twin < 0, nameof(candidates), initializer.Specification, $"Candidates {twin} and {resolved.Count} are the same initializer, so their trainings would be too. Pass each once.");
            resolved.Add(initializer);
        }
        return resolved;
    }
}
