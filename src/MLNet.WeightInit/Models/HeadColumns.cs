using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>The columns of one head among several, in the order in which <see cref="NeuralNetHeadsModelParameters"/> writes them to ONNX.</summary>
internal sealed class HeadColumns(OutputHead head, int first, HeadNames names, int set)
{
    const string Score = AnnotationUtils.Const.ScoreValueKind.Score, Probability = AnnotationUtils.Const.ScoreValueKind.Probability, PredictedLabel = AnnotationUtils.Const.ScoreValueKind.PredictedLabel;

    public static string NameOf(string label, string column) => $"{label}.{column}";

    public IEnumerable<VectorOutputColumn> All() => head.Task switch
    {
        NetworkTask.Multiclass => [Vector(Score, NumberDataViewType.Single, Values, names.Keys?.Texts), Key()],
        NetworkTask.Binary =>
        [
            Scalar(Score, NumberDataViewType.Single, Value),
            Scalar(Probability, NumberDataViewType.Single, OneProbability) with { IsNormalized = true },
            Scalar(PredictedLabel, BooleanDataViewType.Instance, scores => (ValueGetter<bool>)((ref bool value) => value = scores.Current()[first] > 0)),
        ],
        NetworkTask.Multilabel =>
        [
            Vector(Score, NumberDataViewType.Single, Values, names.Slots),
            Vector(Probability, NumberDataViewType.Single, Probabilities, names.Slots) with { IsNormalized = true },
            Vector(PredictedLabel, BooleanDataViewType.Instance, Flags, names.Slots),
        ],
        NetworkTask.Quantiles => Quantiles(),
        _ => [names.IsVector ? Vector(Score, NumberDataViewType.Single, Values, names.Slots) : Scalar(Score, NumberDataViewType.Single, Value)],
    };

    string Kind => head.Task switch
    {
        NetworkTask.Multiclass => AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification,
        NetworkTask.Binary => AnnotationUtils.Const.ScoreColumnKind.BinaryClassification,
        NetworkTask.Multilabel => NeuralNetMultilabelTransformer.ScoreKind,
        NetworkTask.Quantiles => AnnotationUtils.Const.ScoreColumnKind.QuantileRegression,
        _ => names.IsVector ? AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression : AnnotationUtils.Const.ScoreColumnKind.Regression,
    };

    IEnumerable<VectorOutputColumn> Quantiles()
    {
        yield return Vector(Score, NumberDataViewType.Single, Values, [.. head.Levels.Select(QuantileColumns.SlotName)]);
        if (QuantileColumns.MedianOf(head.Levels) is >= 0 and int median)
            yield return Scalar(QuantileColumns.Median, NumberDataViewType.Single, scores => (ValueGetter<float>)((ref float value) => value = scores.Current()[first + median]));
    }

    VectorOutputColumn Scalar(string column, PrimitiveDataViewType type, Func<RowScores, Delegate> makeGetter) => Column(column, type, size: 0, makeGetter);

    VectorOutputColumn Vector(string column, PrimitiveDataViewType itemType, Func<RowScores, Delegate> makeGetter, string[]? slots)
        => Column(column, itemType, head.Outputs, makeGetter) with { SlotNames = slots };

    VectorOutputColumn Key() => Scalar(PredictedLabel, new KeyDataViewType(typeof(uint), head.Outputs), Largest) with { Keys = names.Keys };

    VectorOutputColumn Column(string column, PrimitiveDataViewType itemType, int size, Func<RowScores, Delegate> makeGetter)
        => new(NameOf(head.Name, column), itemType, makeGetter) { Size = size, ScoreKind = Kind, ValueKind = column, Set = set };

    Delegate Value(RowScores scores) => (ValueGetter<float>)((ref float value) => value = scores.Current()[first]);

    Delegate OneProbability(RowScores scores)
    {
        var logistic = new LogisticFunction();
        return (ValueGetter<float>)((ref float value) => value = logistic.Apply(scores.Current()[first]));
    }

    Delegate Values(RowScores scores) => scores.MakeGetter(first, head.Outputs);

    Delegate Probabilities(RowScores scores) => scores.MakeProbabilityGetter(first, head.Outputs);

    Delegate Flags(RowScores scores) => scores.MakeFlagGetter(first, head.Outputs);

    Delegate Largest(RowScores scores) => (ValueGetter<uint>)((ref uint key) =>
    {
        ReadOnlySpan<float> probabilities = scores.Current().Slice(first, head.Outputs);
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
            best = probabilities[i] > probabilities[best] ? i : best;
        key = float.IsNaN(probabilities[best]) ? 0 : (uint)best + 1;
    });
}
