using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.WeightInit;

/// <summary>Counts rows that can't be used, by reason and by slot, and describes them.</summary>
/// <param name="fillsMissing">Whether NaN is a feature like any other.</param>
internal sealed class RowAudit(RoleMappedSchema schema, int featureCount, string purpose, bool fillsMissing = false)
{
    /// <summary>Above this share the message names the slots.</summary>
    const double ShareThatNamesSlots = 0.05;

    /// <summary>Above this share training would be on a rest that says little about the data.</summary>
    const double ShareThatRefuses = 0.5;

    const int SlotsNamed = 3;

    long[]? _badInSlot;
    long _rows, _missingLabels, _infiniteLabels, _badFeatures, _badWeights;
    int _lastSlot;
    float _lastValue;
    Fault _lastFault;

    enum Fault
    {
        Label,
        Features,
        Weight,
    }

    public long BadRows => _missingLabels + _infiniteLabels + _badFeatures + _badWeights;

    public bool MostAreBad => BadRows > ShareThatRefuses * _rows;

    /// <summary>Counts a row; false where it can't be used.</summary>
    /// <param name="badLabel">The first slot of the label without a finite value; −1 where all have one.</param>
    public bool Accepts(in VBuffer<float> features, ReadOnlySpan<float> labels, int badLabel, float weight)
    {
        _rows++;
        if (badLabel >= 0)
        {
            (_lastSlot, _lastValue) = (badLabel, labels[badLabel]);
            if (float.IsInfinity(_lastValue))
                _infiniteLabels++;
            else
                _missingLabels++;
            _lastFault = Fault.Label;
            return false;
        }
        if (CountBadSlots(in features))
        {
            _badFeatures++;
            _lastFault = Fault.Features;
            return false;
        }
        if (!(weight > 0 && float.IsFinite(weight)))
        {
            _badWeights++;
            _lastFault = Fault.Weight;
            _lastValue = weight;
            return false;
        }
        return true;
    }

    /// <summary>The row that was refused last: column, row and slot.</summary>
    public string DescribeLast()
    {
        string row = string.Create(CultureInfo.InvariantCulture, $"row {_rows - 1:N0} of the {purpose} data");
        return _lastFault switch
        {
            Fault.Label when float.IsInfinity(_lastValue) => $"Column '{schema.Label!.Value.Name}' has the label {Text(_lastValue)} in {row}{LabelSlotText()} (counted from 0), and labels must be finite. Clip it, filter such rows out, or set MissingValues to Skip.",
            Fault.Label => $"Column '{schema.Label!.Value.Name}' has no label in {row}{LabelSlotText()} (counted from 0). Filter such rows out, or set MissingValues to Skip.",
            Fault.Weight => $"Column '{schema.Weight!.Value.Name}' has the weight {Text(_lastValue)} in {row} (counted from 0), and weights must be above 0 and finite. Filter such rows out, or set MissingValues to Skip.",
            _ => $"Column '{schema.Feature!.Value.Name}' has {Text(_lastValue)} in {row}, {SlotText.Of(schema.Feature!.Value, _lastSlot)} (both counted from 0). Replace missing values first, for example with mlContext.Transforms.ReplaceMissingValues(\"{schema.Feature!.Value.Name}\"), or set MissingValues to MeanWithIndicator.",
        };
    }

    /// <summary>A row, after those that were counted, of another length than its column's type says: a source may deliver such, and a null array as none at all.</summary>
    public string DescribeLength(int found)
        => string.Create(CultureInfo.InvariantCulture,
            $"Column '{schema.Feature!.Value.Name}' must have {featureCount} values in every row, as its type {schema.Feature!.Value.Type} says, and has {found} in row {_rows:N0} of the {purpose} data (counted from 0). Fill missing values with NaN, or filter such rows out.");

    /// <summary>The label of the last row, which the loss can't take.</summary>
    public string DescribeLabelBelow(float lowest, float label, string loss)
        => string.Create(CultureInfo.InvariantCulture,
            $"Column '{schema.Label!.Value.Name}' has the label {Text(label)} in row {_rows - 1:N0} of the {purpose} data (counted from 0), and for the loss {loss} labels must be at least {lowest}. Filter such rows out, or use another loss.");

    /// <summary>All of them in one message.</summary>
    public string DescribeAll(bool skipped)
    {
        var reasons = new List<string>();
        AddReason(reasons, _missingLabels, $"without a label in column '{schema.Label!.Value.Name}'");
        AddReason(reasons, _infiniteLabels, $"with an infinite label in column '{schema.Label!.Value.Name}'");
        AddReason(reasons, _badFeatures, $"with {(fillsMissing ? "infinite" : "NaN or infinite")} values in column '{schema.Feature!.Value.Name}'");
        AddReason(reasons, _badWeights, $"whose weight in column '{schema.Weight?.Name}' is not above 0 and finite");
        string counts = string.Create(CultureInfo.InvariantCulture, $"{BadRows:N0} of {_rows:N0} {purpose} rows");
        string start = skipped
            ? $"Skipped {counts}: {string.Join(", ", reasons)}."
            : $"At least half of the {purpose} rows must be usable, and {counts} are not: {string.Join(", ", reasons)}.";
        return start + DescribeSlots() + Advise();
    }

    string Advise() => _badFeatures > 0
        ? fillsMissing
            ? " Clip them, or make them NaN where they only stand for a missing value."
            : $" Replace missing values first, for example with mlContext.Transforms.ReplaceMissingValues(\"{schema.Feature!.Value.Name}\"), or set MissingValues to MeanWithIndicator."
        : " Check how this data was read, or filter such rows out.";

    string DescribeSlots()
    {
        if (_badInSlot is null || BadRows <= ShareThatNamesSlots * _rows)
            return "";
        IEnumerable<int> guiltiest = Enumerable.Range(0, featureCount)
            .Where(slot => _badInSlot[slot] > 0)
            .OrderByDescending(slot => _badInSlot[slot])
            .Take(SlotsNamed);
        return $" Most often bad: {string.Join(", ", guiltiest.Select(slot => string.Create(CultureInfo.InvariantCulture, $"{SlotText.Of(schema.Feature!.Value, slot)} in {_badInSlot[slot]:N0} rows")))}.";
    }

    bool CountBadSlots(in VBuffer<float> features)
    {
        bool bad = false;
        ReadOnlySpan<float> values = features.GetValues();
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(values[i]) || fillsMissing && float.IsNaN(values[i]))
                continue;
            int slot = features.IsDense ? i : features.GetIndices()[i];
            _badInSlot ??= new long[featureCount];
            _badInSlot[slot]++;
            if (!bad)
                (_lastSlot, _lastValue) = (slot, values[i]);
            bad = true;
        }
        return bad;
    }

    static void AddReason(List<string> reasons, long count, string reason)
    {
        if (count > 0)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0} {reason}"));
    }

    string LabelSlotText() => schema.Label!.Value.Type is VectorDataViewType ? $", {SlotText.Of(schema.Label!.Value, _lastSlot)}" : "";

    static string Text(float value) => value switch
    {
        float.PositiveInfinity => "infinity",
        float.NegativeInfinity => "minus infinity",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };
}
