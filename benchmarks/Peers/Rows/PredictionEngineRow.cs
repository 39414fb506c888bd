using Kernels;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;
using Peers.Measuring;

namespace Peers.Rows;

/// <summary>What a row costs through ML.NET's <c>PredictionEngine</c>, beside ML.NET's own linear model, which is hardly more than the engine itself.</summary>
static class PredictionEngineRow
{
    const int Rows = 100;

    /// <summary>The budget that the network has for its row.</summary>
    const double AllowedSeconds = 1e-6;

    public static Row Measure()
    {
        var context = new MLContext(seed: 1);
        FeatureRow[] noise = FeatureRow.Noise(Rows);
        LabelledRow[] rows = [.. noise.Select(row => new LabelledRow { Label = row.Label > 0, Values = row.Values })];
        IDataView data = context.Data.LoadFromEnumerable(rows);
        ITransformer network = context.BinaryClassification.Trainers.NeuralNet(new NeuralNetOptions { HiddenLayers = [64, 32], NumberOfEpochs = 1, NumberOfThreads = 1 }).Fit(data);
        ITransformer linear = context.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(data);
        Candidate ours = Engine("this library", network), theirs = Engine("ML.NET's logistic regression", linear);
        Race race = Race.Run([ours, theirs]);
        double own = race.ProcessorSeconds(ours) / Rows, other = race.ProcessorSeconds(theirs) / Rows;
        return new Row("a row of 30-64-32-1 through PredictionEngine, less a linear model's", "1 µs", Unit.Factor, 2, 1, AllowedSeconds / (own - other),
            $"{own * 1e6:F2} µs against {other * 1e6:F2}: {(own - other) * 1e6:F2} µs more");

        Candidate Engine(string name, ITransformer model)
        {
            PredictionEngine<LabelledRow, Prediction> engine = context.Model.CreatePredictionEngine<LabelledRow, Prediction>(model);
            var prediction = new Prediction();
            return new Candidate(name, 0, () =>
            {
                foreach (LabelledRow row in rows)
                    engine.Predict(row, ref prediction);
            });
        }
    }

    sealed class LabelledRow
    {
        public bool Label { get; set; }

        [VectorType(FeatureRow.Features), ColumnName("Features")]
        public float[] Values { get; set; } = [];
    }

    sealed class Prediction
    {
        public bool PredictedLabel { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }
    }
}
