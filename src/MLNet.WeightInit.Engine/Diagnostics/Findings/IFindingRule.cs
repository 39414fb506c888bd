namespace MLNet.WeightInit.Engine.Diagnostics.Findings;

/// <summary>One kind of thing to look for. A new one is one file and one line in <see cref="FindingRules"/>.</summary>
internal interface IFindingRule
{
    IEnumerable<Finding> Examine(ReportContext context);
}
