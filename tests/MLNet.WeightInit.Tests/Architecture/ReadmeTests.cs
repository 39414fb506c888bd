using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Repository = MLNet.WeightInit.Engine.Tests.Architecture.Repository;     // ML.NET has one too

namespace MLNet.WeightInit.Tests.Architecture;

/// <summary>What the README shows of the quickstart's output.</summary>
[TestFixture]
public sealed partial class ReadmeTests
{
    /// <summary>The report is made before the first step, so a model without a step has the same.</summary>
    [Test]
    [Category("Golden")]
    [Category("Fused")]
    public void The_report_is_the_one_that_the_quickstart_prints()
    {
        var context = new MLContext(seed: 1);
        IDataView digits = context.Data.LoadFromTextFile(Repository.PathOf("examples/data/digits.csv"),
            [new TextLoader.Column("Label", DataKind.Single, 0), new TextLoader.Column("Features", DataKind.Single, 1, 64)], separatorChar: ',', hasHeader: true);
        var split = context.Data.TrainTestSplit(digits, testFraction: 0.2, seed: 1);
        var model = context.Transforms.Conversion.MapValueToKey("Label").Append(context.Transforms.NeuralNet()).Fit(split.TrainSet);

        string shown = Output().Match(Repository.Read("README.md")).Groups["text"].Value;
        Assert.That(shown, Is.Not.Empty);
        Assert.That(context.WeightInit.ReportOf(model)!.ToString().ReplaceLineEndings("\n"), Does.StartWith(shown));
    }

    [GeneratedRegex(@"<!-- output: examples/Quickstart/Program\.cs#report -->\n```text\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Output();
}
