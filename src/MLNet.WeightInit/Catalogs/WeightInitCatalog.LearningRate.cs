using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit;

public sealed partial class WeightInitCatalog
{
    /// <summary>Trains for a few steps at a rate that grows from step to step, and shows which rates the loss falls at.</summary>
    /// <param name="data">Rows as <c>Fit</c> would get them.</param>
    /// <param name="options">As for training; the rate, the schedule, the number of epochs, validation, averaged weights, progress and checkpoints do not count.</param>
    /// <param name="lowest">First rate; above 0. Default: 1e-7.</param>
    /// <param name="highest">Last rate, where the loss does not explode before; above <paramref name="lowest"/>, finite. Default: 10.</param>
    /// <param name="steps">Steps, each of one batch; from 2 to 1,000,000. Default: 100.</param>
    /// <returns>The losses, and a suggestion. The same data, options and seed give the same numbers.</returns>
    /// <remarks>Smith 2017, section 3.3 (learning-rate range test).</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option or argument is out of its range, or a column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The data can't train.</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    [RequiresUnreferencedCode(MLNetCompatibility.TrimmingMessage)]
    [RequiresDynamicCode(MLNetCompatibility.DynamicCodeMessage)]
    public LearningRateSearch FindLearningRate(IDataView data, NeuralNetOptions options, float lowest = 1e-7f, float highest = 10, int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        OptionChecks.Require(lowest > 0 && float.IsFinite(lowest), nameof(lowest), lowest, "The lowest learning rate must be above 0 and finite, for example 1e-7.");
        OptionChecks.Require(highest > lowest && float.IsFinite(highest), nameof(highest), highest, "The highest learning rate must be above the lowest and finite, for example 10.");
        OptionChecks.Require(steps is >= 2 and <= 1_000_000, nameof(steps), steps, "A search for the learning rate takes from 2 to 1,000,000 steps, for example 100.");
        var test = new RangeTest(lowest, highest, steps);
        NeuralNetOptions brief = options.Copy();
        brief.RangeTest = test;
        brief.NumberOfEpochs = steps;                          // an epoch has at least one step; the test ends the training
        brief.ValidationFraction = 0;
        brief.EmaDecay = null;
        brief.Progress = null;
        brief.ClearCheckpoints();
        brief.MaximumSteps = null;
        brief.MaximumDuration = null;
        brief.OnCancel = CancelledTraining.Throw;
        try
        {
            TrainerFactory.Estimator(_environment, brief).Fit(data);
        }
        catch (NonFiniteTrainingException)
        {
            // The rate became too high: that is what the test is for, and its points say up to where it was not.
        }
        return new LearningRateSearch(test.Points, test.LowestAt, lowest);
    }
}
