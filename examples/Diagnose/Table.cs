using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>A CSV file whose columns are found out: numbers become features as they are, texts of few values one-hot, others are left out.</summary>
static class Table
{
    /// <summary>Texts with more values than this say who a row is, not what it is like; numbers with no more are classes where they are the label.</summary>
    const int MostCategories = 50, MostClasses = 20;

    public static IDataView Load(MLContext mlContext, string file, string label, out string description)
    {
        // The loader looks at the file to see how many columns there are.
        TextLoader loader;
        try
        {
            loader = mlContext.Data.CreateTextLoader([new TextLoader.Column("All", DataKind.String, [new TextLoader.Range(0, null)])], separatorChar: ',', hasHeader: true,
                dataSample: new MultiFileSource(file), allowQuoting: true, trimWhitespace: true);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ArgumentException($"{file} must have a line of column names, and as many values in each line below it, with commas between them and points as decimal separators.", exception);
        }
        IDataView texts = loader.Load(file);
        VBuffer<ReadOnlyMemory<char>> header = default;
        texts.Schema["All"].GetSlotNames(ref header);
        string[] names = [.. header.DenseValues().Select(name => name.ToString())];
        string[][] rows = [.. texts.GetColumn<string[]>("All")];
        int labelIndex = Array.IndexOf(names, label);
        if (labelIndex < 0)
            throw new ArgumentException($"{file} has no column '{label}'; it has {string.Join(", ", names)}.");

        List<TextLoader.Column> columns = [];
        List<string> features = [], categories = [], left = [];
        bool isValue = false, isFlag = false;
        for (int i = 0; i < names.Length; i++)
        {
            string[] values = [.. rows.Select(row => row[i]).Where(value => value.Length > 0)];
            bool isNumber = values.Length > 0 && values.All(value => float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
            int distinct = values.Distinct().Count();
            if (i == labelIndex)
                (isValue, isFlag) = (isNumber && distinct > MostClasses, values.Length > 0 && values.All(value => bool.TryParse(value, out _)));
            else if (isNumber)
                features.Add(names[i]);
            else if (distinct <= MostCategories)
                categories.Add(names[i]);
            else
            {
                left.Add(names[i]);
                continue;
            }
            columns.Add(new TextLoader.Column(names[i], i == labelIndex && isFlag ? DataKind.Boolean : (i == labelIndex ? isValue : isNumber) ? DataKind.Single : DataKind.String, i));
        }
        if (features.Count + categories.Count == 0)
            throw new ArgumentException($"{file} has no column beside '{label}' that could tell it: {(left.Count > 0 ? $"{string.Join(", ", left)} have more than {MostCategories} different texts" : "it is the only one")}.");
        string task = isValue ? "regression" : isFlag ? "true or false" : "classes";
        description = $"{Path.GetFileName(file)}: {rows.Length} rows; {label} ({task}) from {features.Count} numbers and {categories.Count} categories{(left.Count > 0 ? $"; left out, of more than {MostCategories} different texts: {string.Join(", ", left)}" : "")}";

        IDataView data = mlContext.Data.LoadFromTextFile(file, [.. columns], separatorChar: ',', hasHeader: true, allowQuoting: true, trimWhitespace: true);
        IEstimator<ITransformer> steps = isValue || isFlag ? mlContext.Transforms.CopyColumns("Label", label) : mlContext.Transforms.Conversion.MapValueToKey("Label", label);
        foreach (string category in categories)
            steps = steps.Append(mlContext.Transforms.Categorical.OneHotEncoding(category));
        steps = steps.Append(mlContext.Transforms.Concatenate("Features", [.. features, .. categories]));
        return steps.Fit(data).Transform(data);
    }
}
