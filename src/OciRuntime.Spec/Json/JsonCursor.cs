// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Unicode;

namespace OciRuntime.Spec.Json;

/// <summary>
/// Walks through one document token by token, keeps the path, and gathers what breaks a type. An object is read as
/// <c>EnterObject</c>, <c>NextMember</c> until it says false, and for each member <c>Named</c> and a value, or <c>Skip</c>.
/// </summary>
internal ref partial struct JsonCursor
{
    internal const int MaximumDepth = 64;

    /// <summary>
    /// Arbitrary: bounds what a hostile document can make us keep. <c>{},</c> takes 3 bytes of the file and a hundred of memory.
    /// </summary>
    internal const int MaximumElements = 1 << 20;

    /// <summary>Arbitrary: nobody reads more, and each error takes some hundred bytes.</summary>
    internal const int MaximumErrors = 1000;

    private readonly ReadOnlySpan<byte> _document;
    private readonly List<SpecError> _errors;
    private Utf8JsonReader _json;
    private PathStack _path;
    private List<string>? _strings;
    private int _elements;
    private int _reported;

    internal JsonCursor(ReadOnlySpan<byte> utf8, List<SpecError> errors)
    {
        _document = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        _errors = errors;
        _json = new Utf8JsonReader(_document, new JsonReaderOptions { MaxDepth = MaximumDepth });
    }

    /// <summary>Goes to the document's first token. False, and an error, if it is not that of an object.</summary>
    internal bool OpenDocument(int maximumBytes)
    {
        if (_document.Length > maximumBytes)
        {
            Report(SpecReader.TooLarge("the document", _document.Length));
            return false;
        }

        // Utf8JsonReader itself looks into strings only when they are asked for.
        if (!Utf8.IsValid(_document))
        {
            Report(SyntaxProblem.DescribeInvalidUtf8(_document));
            return false;
        }

        _json.Read();
        if (_json.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        string problem = $"the document is {ShownValue.KindOf(_json.TokenType)}, must be an object";
        Report(SyntaxProblem.At(_document, (int)_json.TokenStartIndex, problem));
        return false;
    }

    /// <summary>Makes sure that nothing follows.</summary>
    internal void CloseDocument() => _json.Read();

    internal void ReportSyntax(JsonException exception)
    {
        string problem = _elements > MaximumElements
            ? SyntaxProblem.At(_document, (int)_json.TokenStartIndex, $"the document has more than {MaximumElements} elements")
            : SyntaxProblem.Describe(_document, exception);

        // It ends the reading, and so is told whatever was reported before.
        _errors.Add(new SpecError(_path.ToPath(_document), problem));
    }

    /// <returns>False if the value is null, or not an object: then that is reported and the value behind us.</returns>
    internal bool EnterObject()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Refuse("an object");
            return false;
        }

        _path.EnterObject();
        return true;
    }

    /// <summary>Goes to the next member's name.</summary>
    internal bool NextMember()
    {
        _path.ForgetName();
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (!_json.ValueIsEscaped || !EscapeCheck.HasLoneSurrogate(_json.ValueSpan))
            {
                _path.SetName((int)_json.TokenStartIndex + 1, _json.ValueSpan.Length);
                return true;
            }

            Report($"the name \"{ShownValue.Shorten(_json.ValueSpan)}\" has an escape that is half of a surrogate pair");
            _json.Skip();
        }

        _path.Leave();
        return false;
    }

    /// <summary>Whether the member has this name. If so, goes on to its value.</summary>
    internal bool Named(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name) && _json.Read();

    /// <summary>Takes the member's name as a key, and goes on to its value.</summary>
    internal string Key()
    {
        CountElement();
        string key = _json.GetString() ?? "";
        _json.Read();
        return key;
    }

    /// <summary>Leaves out the member whose name was none of ours: the specification wants unknown properties ignored.</summary>
    internal void Skip() => _json.Skip();

    /// <returns>False if the value is null, or not an array: then that is reported and the value behind us.</returns>
    internal bool EnterArray()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Refuse("an array");
            return false;
        }

        _path.EnterArray();
        return true;
    }

    /// <summary>Goes to the array's next element. A null is no element: it is reported.</summary>
    internal bool NextElement()
    {
        _path.NextIndex();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            CountElement();
            if (_json.TokenType != JsonTokenType.Null)
            {
                return true;
            }

            Report("null is no value, and cannot be an element");
            _path.NextIndex();
        }

        _path.Leave();
        return false;
    }

    private void CountElement()
    {
        if (++_elements > MaximumElements)
        {
            throw new JsonException();
        }
    }

    private void Report(string problem)
    {
        if (_reported < MaximumErrors)
        {
            _errors.Add(new SpecError(_path.ToPath(_document), problem));
        }
        else if (_reported == MaximumErrors)
        {
            _errors.Add(new SpecError(JsonPath.Root, $"more than {MaximumErrors} values are wrong: the others are not listed"));
        }

        _reported++;
    }
}
