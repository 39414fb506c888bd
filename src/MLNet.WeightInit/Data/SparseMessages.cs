using System.Globalization;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit;

/// <summary>What is said of rows that are kept sparse.</summary>
internal static class SparseMessages
{
    public static void Write(IChannel channel, TrainingSet rows, TrainingOptions options)
    {
        long values = rows.Sparse!.ValueCount;
        double share = (double)values / rows.Rows / rows.FeatureCount;
        string lazy = SparseUpdates.AreLazy(options) ? " A step updates the weights of the features that its rows have." : "";
        channel.Info("{0}", string.Create(CultureInfo.InvariantCulture, $"Rows are kept sparse: {values:N0} values other than 0 in {rows.Rows:N0} rows of {rows.FeatureCount:N0} features, {share:P2} of all.{lazy}"));
        if (SparseUpdates.WhyDense(options) is { } reason)
            channel.Warning("{0}", string.Create(CultureInfo.InvariantCulture,
                $"Rows are sparse, but {reason}: so every step updates the weights of all {rows.FeatureCount:N0} features, and not only of those that its rows have. The model is right; where training takes too long, leave that option out."));
    }
}
