using System.Text.Json;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

/// <summary>Every name that a report's JSON has is in its page; those of <c>details</c> are in that on diagnostics.</summary>
[TestFixture]
internal sealed class ReportJsonPageTests
{
    static readonly string s_page = File.ReadAllText(Repository.PathOf("docs/report-json.md"));

    [Test]
    public void All_names_are_documented([Values] DiagnosticsLevel level)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, 16, 16, 16, 16], "Tanh", init: "mup(base_width=8)", epochs: 2) with
        {
            Diagnostics = level, Embeddings = Trainings.Categories(), Residual = new ResidualBlocks(2), Normalization = Normalization.Layer, Dropout = new Dropout(0.1f, isAlpha: false),
        };
        InitializationReport plain = NetworkTrainer.Train(Trainings.Rings(200), Trainings.Options(NetworkTask.Multiclass, 3, init: "normal(deviation=3)", epochs: 2, learningRate: 30) with { Diagnostics = level }).Initialization;
        AssertDocumented(NetworkTrainer.Train(Trainings.WithCategories(200), options).Initialization.ToJson());
        AssertDocumented(plain.ToJson());
        AssertDocumented(NetworkTrainer.Train(Trainings.Rings(200), Trainings.Options(NetworkTask.Multiclass, 3, epochs: 2) with { Diagnostics = level }, start: null).Initialization.ToJson());
    }

    internal static void AssertDocumented(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (string name in Names(document.RootElement).Distinct())
            Assert.That(s_page, Does.Contain($"`{name}`"), name);
    }

    static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Where(member => member.Name != "details").SelectMany(member =>
            member.Name == "columns" ? member.Value.EnumerateArray().Select(column => column.GetString()!) : Names(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
