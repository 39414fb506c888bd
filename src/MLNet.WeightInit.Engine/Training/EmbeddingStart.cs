using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit.Engine.Training;

/// <summary>How embeddings start: filled as planned, but for categories that no training row has.</summary>
internal static class EmbeddingStart
{
    /// <summary>Fills the tables. A category without training rows gets 0, the mean of those that have: nothing will ever teach it, and a draw would make a guess look like knowledge.</summary>
    public static void Fill(FeedForwardNetwork network, InitializationPlan plan, TrainingOptions options, TrainingSet data, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < network.Embeddings.Count; i++)
        {
            EmbeddingColumn column = network.Layout.Encoding.Columns[i];
            float[] vectors = PlanExecution.Fill(plan.Embeddings[i], options.Seed, options.MaxInitializerBytes);
            var isThere = new bool[column.Rows];
            foreach (int row in rows)
                isThere[column.RowOf(data.KeysOf(row)[i])] = true;
            for (int category = 0; category < isThere.Length; category++)
                if (!isThere[category])
                    vectors.AsSpan(category * column.Dimensions, column.Dimensions).Clear();
            network.Embeddings[i].SetVectors(vectors);
        }
    }

    /// <summary>Σ E x² over the inputs that are embeddings, as their initializer aims at it; where it says nothing of that, as the default would.</summary>
    public static double SecondMoment(NetworkLayout layout, WeightInitializer? initializer)
    {
        double sum = 0;
        foreach (EmbeddingColumn column in layout.Encoding.Columns)
        {
            WeightShape shape = PlanExecution.EmbeddingShape(column.Rows, column.Dimensions);
            double deviation = (initializer ?? new Auto()).TargetDeviation(shape) ?? new Auto().TargetDeviation(shape)!.Value;
            sum += column.Dimensions * deviation * deviation;
        }
        return sum;
    }
}
