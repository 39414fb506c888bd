using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>ONNX Runtime finds the vectors of categories that the model finds.</summary>
[TestFixture]
public sealed class CategoricalOnnxTests
{
    static readonly MLContext s_context = new(seed: 1);

    static IEnumerable<string> Labels() => Towns.Labels;

    [TestCaseSource(nameof(Labels))]
    public void ONNX_Runtime_looks_vectors_up_as_the_model_does(string label) => AssertSame(Towns.Options(label), 12);

    [TestCase(9)]
    [TestCase(11)]
    public void Every_operator_set_can_say_it(int operatorSet)
    {
        NeuralNetOptions options = Towns.Options(nameof(TownRow.Value));
        options.MissingValues = MissingValues.MeanWithIndicator;
        AssertSame(options, operatorSet);
    }

    [TestCase("Label")]
    [TestCase(nameof(TownRow.Values))]
    public void A_network_of_categories_alone_exports(string label)
    {
        NeuralNetOptions options = Towns.Options(label);
        options.FeatureColumnName = null;
        AssertSame(options, 12);
    }

    /// <summary>The whole chain: texts become keys in the graph too.</summary>
    [Test]
    public void A_chain_exports_with_its_mapping()
    {
        ITransformer model = Towns.Mapping(s_context).Append(s_context.Transforms.NeuralNet(Towns.Options(nameof(TownRow.Value)))).Fit(Towns.View(s_context, Towns.Rows()));
        IDataView data = Towns.View(s_context, Towns.Rows());
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, data, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        float[] expected = Towns.Scores(model.Transform(data));
        List<TownRow> rows = Towns.Rows();
        for (int i = 0; i < 40; i++)
        {
            List<NamedOnnxValue> inputs = [.. session.InputMetadata.Select(input => input.Key switch
            {
                "Features" => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(rows[i].Features, [1, 3])),
                nameof(TownRow.TownName) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<string>(new[] { rows[i].TownName ?? "" }, [1, 1])),
                nameof(TownRow.SizeName) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<string>(new[] { rows[i].SizeName ?? "" }, [1, 1])),
                nameof(TownRow.Category) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<string>(new[] { rows[i].Category }, [1, 1])),
                nameof(TownRow.Flag) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<bool>(new[] { rows[i].Flag }, [1, 1])),
                nameof(TownRow.Value) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(new[] { rows[i].Value }, [1, 1])),
                nameof(TownRow.Values) => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(rows[i].Values, [1, 2])),
                _ => NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<bool>(rows[i].Flags, [1, 3])),
            })];
            using var results = session.Run(inputs, ["Score.output"]);
            Assert.That(results.Single().AsEnumerable<float>().Single(), Is.EqualTo(expected[i]).Within(1e-4), $"row {i}: numbers up to 50, each rounding 4e-6");
        }
    }

    static void AssertSame(NeuralNetOptions options, int operatorSet)
    {
        IDataView data = Towns.Mapped(s_context);
        ITransformer model = s_context.Transforms.NeuralNet(options).Fit(data);
        KeyedRow[] rows = [.. s_context.Data.CreateEnumerable<KeyedRow>(data, reuseRowObject: false)];
        SchemaDefinition definition = SchemaDefinition.Create(typeof(KeyedRow));
        definition["Town"].ColumnType = new KeyDataViewType(typeof(uint), 6);
        definition["Size"].ColumnType = new KeyDataViewType(typeof(uint), 4);
        IDataView keyed = s_context.Data.LoadFromEnumerable(rows, definition);       // its columns are the graph's inputs
        using var onnx = new MemoryStream();
        s_context.Model.ConvertToOnnx(model, keyed, operatorSet, onnx);
        using var session = new InferenceSession(onnx.ToArray());
        float[] expected = Towns.Scores(model.Transform(data));           // keys in memory count from 0, so that the columns of keyed would be shifted
        int width = expected.Length / rows.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            float[] found = Run(rows[i].Town, rows[i].Size);
            // Some dozen roundings of numbers up to 300.
            for (int j = 0; j < width; j++)
                Assert.That(found[j], Is.EqualTo(expected[i * width + j]).Within(1e-5 * Math.Max(1, Math.Abs(expected[i * width + j])) + (options.LabelColumnName == nameof(TownRow.Values) ? 1e-3 : 1e-5)), $"row {i}");

            float[] Run(uint town, uint size)
            {
                NamedOnnxValue[] inputs =
                [
                    NamedOnnxValue.CreateFromTensor("Features", new DenseTensor<float>(rows[i].Features, [1, 3])),
                    NamedOnnxValue.CreateFromTensor("Town", new DenseTensor<uint>(new[] { town }, [1, 1])), NamedOnnxValue.CreateFromTensor("Size", new DenseTensor<uint>(new[] { size }, [1, 1])),
                ];
                using var results = session.Run([.. inputs.Where(input => session.InputMetadata.ContainsKey(input.Name))], ["Score.output"]);
                return [.. results.Single().AsEnumerable<float>()];
            }
            if (i == 0)
                Assert.That(Run(uint.MaxValue, 99), Is.EqualTo(Run(0, 0)), "what is no key is missing");
        }
    }

    sealed class KeyedRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
        public uint Town { get; set; }
        public uint Size { get; set; }
    }
}
