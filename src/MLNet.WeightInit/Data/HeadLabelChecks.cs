using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>What is said of several labels before they are trained: of each what its task says of it alone.</summary>
/// <param name="schema">With the labels' own columns.</param>
/// <param name="factsOf">Some of the target columns.</param>
internal sealed class HeadLabelChecks(HeadsLoss heads, DataViewSchema schema, Func<Range, LabelFacts> factsOf)
{
    /// <summary>Why one of these labels can't be trained, or null.</summary>
    public string? Refusal()
        => Enumerable.Range(0, heads.Heads.Count).Select(RefusalOf).OfType<string>().FirstOrDefault() is { } reason ? $"{reason} To train the other labels leave out its head." : null;

    /// <summary>What is odd and can be trained all the same.</summary>
    public IEnumerable<string> Warnings() => Enumerable.Range(0, heads.Heads.Count).SelectMany(WarningsOf);

    string? RefusalOf(int head) => IsVector(head)
        ? new VectorLabelChecks(Column(head), Facts(head)).Refusal(heads.Heads[head].Head.Task)
        : new ScalarLabelChecks(heads.Heads[head].Head.Name, Facts(head)).Refusal(heads.Heads[head].Head.Task);

    IEnumerable<string> WarningsOf(int head)
    {
        if (IsVector(head))
            return new VectorLabelChecks(Column(head), Facts(head)).Warnings(heads.Heads[head].Head.Task);
        return new ScalarLabelChecks(heads.Heads[head].Head.Name, Facts(head)).Warning(heads.Heads[head].Head.Task) is { } warning ? [warning] : [];
    }

    DataViewSchema.Column Column(int head) => schema[heads.Heads[head].Head.Name];

    bool IsVector(int head) => Column(head).Type is VectorDataViewType;

    LabelFacts Facts(int head) => factsOf(heads.ColumnOf(head)..(heads.ColumnOf(head) + heads.Heads[head].Head.TargetColumns));
}
