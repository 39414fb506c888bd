namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>One thing that can be wrong with what a training did. A new one is one file and one line in <see cref="FindingRules"/>.</summary>
internal interface ITrainingRule
{
    IEnumerable<Finding> Examine(TrainedContext context);
}
