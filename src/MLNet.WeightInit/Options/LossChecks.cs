using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>Checks the loss and what belongs to it.</summary>
internal static class LossChecks
{
    /// <summary>What can be said before the task is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static void Check(NeuralNetOptions options)
    {
        if (!(options.LabelSmoothing is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(options.LabelSmoothing), options.LabelSmoothing,
                "Label smoothing must be at least 0 and below 1: the share of each label that is spread over the classes. 0 is none, 0.1 is usual.");
        if (options.Loss is not null and not NamedLoss && string.IsNullOrWhiteSpace(options.Loss.Name))
            throw new ArgumentOutOfRangeException(nameof(options.Loss), $"'{options.Loss.Name}'",
                $"A loss of your own must have a name, by which the model's report calls it, and that of {options.Loss.GetType().Name} is empty.");
    }

    /// <summary>What depends on the task.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is set that this task or loss has no use for.</exception>
    public static void CheckTask(NeuralNetOptions options, Loss? loss, NetworkTask task)
    {
        bool classifies = !task.IsOfValues();
        if (options.ClassWeights is not null && task is not (NetworkTask.Multiclass or NetworkTask.Binary))
            throw new ArgumentOutOfRangeException(nameof(options.ClassWeights), options.ClassWeights,
                $"Class weights need one class a row, and {TaskLosses.Describe(task)} has none. Leave them null, and give rows a weight column instead: ExampleWeightColumnName.");
        if (options.LabelSmoothing == 0)
            return;
        if (!classifies)
            throw new ArgumentOutOfRangeException(nameof(options.LabelSmoothing), options.LabelSmoothing, $"Label smoothing needs classes, and {TaskLosses.Describe(task)} has none. Set it to 0.");
        if (loss is CustomLoss)
            throw new ArgumentOutOfRangeException(nameof(options.LabelSmoothing), options.LabelSmoothing,
                $"Label smoothing is part of the built-in losses, and {loss.Name} gets the labels as they are. Set it to 0, and smooth within that loss.");
        if (loss?.LabelSmoothing > 0)
            throw new ArgumentOutOfRangeException(nameof(options.LabelSmoothing), options.LabelSmoothing, $"Label smoothing must be given once, and the loss {loss.Specification} has it too. Set it to 0, or write the loss without.");
    }
}
